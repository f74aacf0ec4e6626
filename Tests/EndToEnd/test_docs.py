"""The API's page, as people meet it: in a browser."""
import pytest
from browser import DESKTOP, PHONE, Browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_shows_the_api_and_breaks_no_rule_of_its_own(server, size):
    with Browser(size=size) as browser:
        browser.open(server.url + "/docs")
        browser.wait("#operations-TicketService-CreateTicket, .opblock", text="/api/tickets")
        assert browser.problems() == []
