import Protobuf
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("^[0-9]{6}$", ["123456"], ["12345", "1234567", "12345a", "", "１２３４５６", "123456\n"]),
    ("abc", ["abc", "xabcx"], ["ab", "ABC", ""]),
    ("^$", [""], ["a"]),
    ("", ["", "x"], []),
    ("^a*b+c?$", ["b", "aabbc", "bc"], ["a", "c", "abcc"]),
    ("^(foo|bar|)baz$", ["foobaz", "barbaz", "baz"], ["fobaz", "foobar"]),
    ("^(?:ab)+$", ["ab", "abab"], ["aba", ""]),
    ("^[^a-c]$", ["d", "中", "-"], ["a", "b", "c", ""]),
    ("^[]a-]+$", ["]", "a", "-"], ["b"]),
    (#"^\d+\.\d{2,3}$"#, ["1.23", "12.345"], ["1.2", "1.2345", "1x23"]),
    (#"^[\w.]+@\w+$"#, ["a.b@c", "_@_"], ["a b@c", "@c"]),
    (#"^\S+\s\S+$"#, ["a b"], ["ab", "a  b"]),
    ("^.{2}$", ["中文", "😀a"], ["中", "a\n", "abc"]),
    (#"^\x41\x{4e2d}$"#, ["A中"], ["a中"]),
    ("^[一-龥]+$", ["工单"], ["gd", ""]),
    ("^a{0}b{2,}$", ["bb", "bbbb"], ["b", "abb"]),
    (#"\Aab\z"#, ["ab"], ["xab", "abx"]),
    ("^(a+)+$", ["aaaa"], ["aaab"]),
    ("x{,2}", ["x{,2}"], ["xx"]),
  ])
  func matchesAsRE2Does(_ source: String, _ good: [String], _ bad: [String]) throws {
    let pattern = try Pattern(source)
    for text in good { #expect(pattern.matches(text), "\(source) \(text)") }
    for text in bad { #expect(!pattern.matches(text), "\(source) \(text)") }
  }

  @Test(arguments: [
    "(", ")", "[", "a**", "*a", "+", "?", "(?i)a", "(?P<n>a)", #"\b"#, #"\1"#, #"\pL"#, "a\\", "[z-a]", "[[:alpha:]]", "a{2,1}", "a{1001}",
    "(a{1000}){1000}", "a{2", #"\x{110000}"#, #"\xg1"#, #"[a-\d]"#,
  ])
  func refusesWhatIsBeyondTheSubset(_ source: String) {
    // RE2 takes `a{2` as literal text; here it more likely is a mistake.
    #expect(throws: PatternError.self, "\(source)") { try Pattern(source) }
  }

  @Test func takesLinearTime() throws {
    // A backtracking matcher would need 2 to the power of 30 steps here.
    let pattern = try Pattern("^(a?){30}a{30}$")
    #expect(pattern.matches(String(repeating: "a", count: 30)))
    #expect(!(try Pattern("^(a|aa)+$")).matches(String(repeating: "a", count: 20_000) + "b"))
  }

  @Test func refusesDeepNesting() {
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 100_000)) }
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "a|", count: 100_000)) }
  }
}
