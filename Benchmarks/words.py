"""Chinese text for figures: words with the frequencies of a language."""
import itertools
import random


class Words:
    """Words of 1 to 4 characters by Zipf's law: the n-th most frequent one is n times as rare as the first."""

    def __init__(self):
        draw = random.Random(7)
        characters = [chr(0x4e00 + 5 * n) for n in range(3500)]
        weights = list(itertools.accumulate(1 / (n + 3) for n in range(len(characters))))
        words = {}
        while len(words) < 20000:
            length = draw.choices((1, 2, 3, 4), (3, 70, 15, 12))[0]
            words["".join(draw.choices(characters, cum_weights=weights, k=length))] = None
        self.words, self.draw, self.characters = list(words), draw, characters
        self.weights = list(itertools.accumulate(1 / (n + 1) for n in range(len(self.words))))

    def text(self, count):
        return "".join(self.draw.choices(self.words, cum_weights=self.weights, k=count))

    def like(self, length, rank, count=20):
        """Words of a length, as near to a rank as there are."""
        if length == 1:
            return self.characters[rank:rank + count]
        found = [(abs(n - rank), word) for n, word in enumerate(self.words) if len(word) == length]
        return [word for _, word in sorted(found)[:count]]
