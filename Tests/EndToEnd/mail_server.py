"""A real mail server for tests (aiosmtpd), on a port of its own or a given one."""
import email
import email.policy
import re
import socket
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class MailServer:
    """Takes mail; `answer(command, address or bytes)` may return a reply to give instead of 250."""

    def __init__(self, port=None, security=None, authority=None, login=None, answer=None):
        self.port, self.security, self.login = port or free_port(), security, login
        self.answer = answer or (lambda command, what: None)
        self.received, self.logins, self.lock = [], [], threading.Lock()
        context = None
        if security:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*authority.issue("mail"))
        more = {}
        if security == "starttls":
            more = {"tls_context": context, "require_starttls": True}
        if login:
            more |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": security == "starttls"}
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port,
                                     ssl_context=context if security == "implicit" else None, **more)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        with self.lock:
            self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self.login)

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.answer("RCPT", address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = self.answer("DATA", envelope.content)
        if hasattr(reply, "__await__"):
            reply = await reply
        if reply:
            return reply
        with self.lock:
            self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content, session.ssl is not None or self.security == "implicit"))
        return "250 OK"

    def mails(self, to=None):
        """The mails taken, parsed, with `envelope` and `over_tls` added."""
        with self.lock:
            received = list(self.received)
        mails = []
        for sender, recipients, content, over_tls in received:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            mail.envelope, mail.over_tls, mail.raw = (sender, recipients), over_tls, content
            if to is None or recipients == [to]:
                mails.append(mail)
        return mails


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def code_of(mail):
    return re.search(r"\b\d{6}\b", text_of(mail))[0]
