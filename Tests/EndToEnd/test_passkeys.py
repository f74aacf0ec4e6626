"""Chapters 1.3.1 to 1.3.9: every endpoint, every error, one answer outside for whatever is wrong inside, and challenges that hold once."""
import base64
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from authenticator import Authenticator, b64u, certificate, make_key, sign, unb64u
from rpc import Rpc
from server import Server, wait_for
from test_accounts import detail
from test_remote_gateway import RemoteGateway

RP, ORIGIN = "dreamreflex.com", "https://dreamreflex.com"
NOT_REGISTERED, REFUSED = "通行密钥注册失败", "通行密钥认证失败"


def creation_options(user):
    answer = user.call("GET", "/api/passkey/registration-options")
    assert answer.status_code == 200, answer.text
    return answer.json()


def request_options(server, **params):
    answer = server.call("GET", "/api/passkey/authentication-options", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def register(user, body):
    return user.call("POST", "/api/passkey/register", json=body)


def authenticate(server, body):
    return server.call("POST", "/api/passkey/authenticate", json=body)


def enroll(user, nickname=None, algorithm=-7, **how):
    authenticator = Authenticator(RP, ORIGIN, algorithm)
    body = authenticator.create(creation_options(user), **how)
    if nickname is not None:
        body["nickname"] = nickname
    answer = register(user, body)
    assert answer.status_code == 200, answer.text
    return authenticator, answer.json()["credential"]


def reasons(server):
    """What the log says of refusals so far, oldest first."""
    lines = [line for line in server.log.read_text().splitlines() if "passkey refused" in line]
    return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]


def refused(server, answer, status, text, reason, step):
    """The same words for every failure; the log alone knows which."""
    detail(answer, status, text)
    request = answer.headers["x-request-id"]
    found = wait_for(lambda: [r for r in reasons(server) if r.get("request_id") == request], "the reason in the log")
    assert found[0]["reason"] == reason and found[0].get("step") == str(step), found


# 1.3.1

def test_registration_options(server):
    user = server.register()
    options = creation_options(user)
    assert len(unb64u(options["challenge"])) >= 16
    assert creation_options(user)["challenge"] != options["challenge"]
    del options["challenge"]
    assert options == {
        "rp": {"name": "DreamReflex", "id": RP},
        "user": {"id": b64u(user.id.encode()), "name": user.email, "displayName": user.email},
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -8, -257)], "timeout": 60000, "excludeCredentials": [],
        "authenticatorSelection": {"authenticatorAttachment": "cross-platform", "requireResidentKey": False, "userVerification": "preferred"}}
    authenticator, _ = enroll(user)
    assert creation_options(user)["excludeCredentials"] == [{"type": "public-key", "id": b64u(authenticator.credential_id)}]


@pytest.mark.parametrize("method, path", [
    ("GET", "registration-options"), ("POST", "register"), ("GET", "credentials"), ("PUT", "credentials/x/nickname"),
    ("PUT", "credentials/x/primary"), ("DELETE", "credentials/x"), ("PUT", "toggle")])
def test_managing_needs_a_token(server, method, path):
    more = {"json": {}} if method in ("POST", "PUT") else {}
    detail(server.call(method, f"/api/passkey/{path}", **more), 401, "无效的认证凭据")
    detail(server.call(method, f"/api/passkey/{path}", token="nonsense", **more), 401, "无效的认证凭据")


# 1.3.2 and 1.3.4

@pytest.mark.parametrize("algorithm", [-7, -8, -257])
@pytest.mark.parametrize("fmt", ["none", "packed", "x5c"])
def test_every_algorithm_and_attestation_registers_and_signs_in(server, user, algorithm, fmt):
    user = server.register()
    authenticator, credential = enroll(user, "我的YubiKey", algorithm, fmt=fmt)
    assert credential["nickname"] == "我的YubiKey" and credential["is_primary"] is False
    assert credential["credential_id"] == b64u(authenticator.credential_id) and len(credential["id"]) == 24
    answer = authenticate(server, authenticator.get(request_options(server)))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    token = body.pop("access_token")
    assert body == {"token_type": "bearer", "expires_in": 600,
                    "user": {"id": user.id, "email": user.email, "role": "user", "is_active": True}}
    assert server.call("GET", "/api/auth/me", token=token).json()["id"] == user.id


def plain(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("encode", [b64u, plain, lambda d: base64.urlsafe_b64encode(d).decode(), lambda d: plain(d).rstrip("=")],
                         ids=["url", "padded", "url padded", "unpadded"])
def test_both_alphabets_padded_or_not(server, encode):
    user = server.register()
    authenticator = Authenticator(RP, ORIGIN)
    body = {k: encode(unb64u(v)) for k, v in authenticator.create(creation_options(user)).items()}
    assert register(user, body).status_code == 200
    assert authenticate(server, authenticator.get(request_options(server), encode=encode)).status_code == 200


def test_what_browsers_write_is_taken(server):
    user = server.register()
    authenticator, credential = enroll(user, "浏览器", nested=True)
    assert credential["nickname"] == "浏览器"
    assert authenticate(server, authenticator.get(request_options(server), nested=True)).status_code == 200
    # Both forms at once, as long as they agree.
    options = request_options(server)
    both = {**authenticator.get(options, nested=True, count=9), **authenticator.get(options, count=9)}
    both["signature"] = both["response"]["signature"]
    assert authenticate(server, both).status_code == 200
    both = {**authenticator.get(options, nested=True), "credential_id": b64u(b"another")}
    refused(server, authenticate(server, both), 401, REFUSED, "malformed_response", 1)


def test_user_handle_is_checked_where_it_is_there(server):
    user, other = server.register(), server.register()
    authenticator, _ = enroll(user)
    assert authenticate(server, authenticator.get(request_options(server), user_handle=user.id.encode())).status_code == 200
    for handle in (other.id.encode(), b"", user.id.encode() + b"0"):
        answer = authenticate(server, authenticator.get(request_options(server), user_handle=handle))
        refused(server, answer, 401, REFUSED, "wrong_user_handle", 3)


def test_the_name_may_be_left_out(server):
    user = server.register()
    assert enroll(user)[1]["nickname"] is None
    assert enroll(user, "")[1]["nickname"] is None
    authenticator = Authenticator(RP, ORIGIN)
    options = creation_options(user)
    detail(register(user, {**authenticator.create(options), "nickname": "名" * 65}), 422)
    # Refused before the ceremony was looked at, so its challenge still holds.
    assert register(user, {**authenticator.create(options), "nickname": "名" * 64}).status_code == 200


@pytest.mark.parametrize("part", ["credential_id", "attestation_object", "client_data_json"])
def test_a_registration_lacks_nothing(server, user, part):
    body = Authenticator(RP, ORIGIN).create(creation_options(user))
    assert part in detail(register(user, {k: v for k, v in body.items() if k != part}), 422)
    detail(register(user, {**body, part: 5}), 422)
    detail(register(user, {**body, part: "§"}), 422)


@pytest.mark.parametrize("part", ["credential_id", "authenticator_data", "client_data_json", "signature"])
def test_an_assertion_lacks_nothing(server, user, part):
    body = enroll(server.register())[0].get(request_options(server))
    assert part in detail(authenticate(server, {k: v for k, v in body.items() if k != part}), 422)
    detail(authenticate(server, {**body, part: "A"}), 422)


class Certified(Authenticator):
    def statement(self, fmt, signed):
        key = make_key(-7)
        return {"alg": -7, "sig": sign(key, signed), "x5c": [certificate(key, self.aaguid, ca=True)]}


BAD_REGISTRATIONS = {
    "another type": (dict(type="webauthn.get"), "wrong_type", 3),
    "another challenge": (dict(challenge=b64u(bytes(56))), "challenge_foreign", 4),
    "another origin": (dict(origin="https://evil.example"), "wrong_origin", 5),
    "plain text": (dict(origin="http://dreamreflex.com"), "wrong_origin", 5),
    "a frame": (dict(members={"crossOrigin": True}), "cross_origin", 6),
    "a page around": (dict(members={"topOrigin": ORIGIN}), "top_origin", 7),
    "another relying party": (dict(rp_id="evil.example"), "wrong_relying_party", 10),
    "nobody there": (dict(flags=0x04), "user_not_present", 11),
    "backed up but not eligible": (dict(flags=0x15), "backed_up_but_not_eligible", 13),
    "an unknown format": (dict(fmt="tpm", statement={}), "unknown_format", 17),
    "a statement of none": (dict(statement={"x": 1}), "attestation_statement", 18),
    "a wrong signature": (dict(fmt="packed", statement={"alg": -7, "sig": b"x"}), "attestation_statement", 18),
}


@pytest.mark.parametrize("name", BAD_REGISTRATIONS)
def test_bad_registrations_have_one_answer(server, user, name):
    change, reason, step = BAD_REGISTRATIONS[name]
    answer = register(user, Authenticator(RP, ORIGIN).create(creation_options(user), **change))
    refused(server, answer, 400, NOT_REGISTERED, reason, step)


def test_more_bad_registrations(server, user):
    def body(authenticator=None):
        return (authenticator or Authenticator(RP, ORIGIN)).create(creation_options(user))
    refused(server, register(user, {**body(), "client_data_json": b64u(b"[]")}), 400, NOT_REGISTERED, "malformed_client_data", 2)
    refused(server, register(user, {**body(), "attestation_object": b64u(b"\xa0\x00")}), 400, NOT_REGISTERED, "malformed_attestation_object", 9)
    refused(server, register(user, {**body(), "credential_id": b64u(b"other")}), 400, NOT_REGISTERED, "malformed_response", 1)
    refused(server, register(user, {**body(), "type": "password"}), 400, NOT_REGISTERED, "malformed_response", 1)
    long = Authenticator(RP, ORIGIN)
    long.credential_id = bytes(1024)
    refused(server, register(user, body(long)), 400, NOT_REGISTERED, "credential_id_too_long", 21)
    authority = Certified(RP, ORIGIN).create(creation_options(user), fmt="x5c")
    refused(server, register(user, authority), 400, NOT_REGISTERED, "attestation_statement", 18)


BAD_ASSERTIONS = {
    "another type": (dict(type="webauthn.create"), "wrong_type", 4),
    "another challenge": (dict(challenge=b64u(bytes(56))), "challenge_foreign", 5),
    "another origin": (dict(origin="https://evil.example"), "wrong_origin", 6),
    "a frame": (dict(members={"crossOrigin": True}), "cross_origin", 7),
    "a page around": (dict(members={"topOrigin": ORIGIN}), "top_origin", 7),
    "another relying party": (dict(rp_id="evil.example"), "wrong_relying_party", 8),
    "nobody there": (dict(flags=0x04), "user_not_present", 9),
    "backed up but not eligible": (dict(flags=0x15), "backed_up_but_not_eligible", 11),
    "suddenly eligible": (dict(flags=0x0d), "backup_eligibility_changed", 12),
    "another key": (dict(key=make_key(-7)), "wrong_signature", 13),
    "a key of another kind": (dict(key=make_key(-8)), "wrong_signature", 13),
}


@pytest.mark.parametrize("name", BAD_ASSERTIONS)
def test_bad_assertions_have_one_answer(server, keyholder, name):
    change, reason, step = BAD_ASSERTIONS[name]
    refused(server, authenticate(server, keyholder.get(request_options(server), **change)), 401, REFUSED, reason, step)


@pytest.fixture(scope="module")
def keyholder(server):
    return enroll(server.register())[0]


def test_more_bad_assertions(server, keyholder):
    def body():
        return keyholder.get(request_options(server))
    refused(server, authenticate(server, {**body(), "client_data_json": b64u(b"{")}), 401, REFUSED, "malformed_client_data", 4)
    refused(server, authenticate(server, {**body(), "authenticator_data": b64u(b"x")}), 401, REFUSED, "malformed_authenticator_data", 8)
    refused(server, authenticate(server, {**body(), "credential_id": b64u(b"nobody's")}), 401, REFUSED, "unknown_credential", 3)
    refused(server, authenticate(server, {**body(), "type": "password"}), 401, REFUSED, "malformed_response", 1)
    assert authenticate(server, body()).status_code == 200


def test_a_credential_is_registered_once(server, user, other):
    authenticator = Authenticator(RP, ORIGIN)
    assert register(user, authenticator.create(creation_options(user))).status_code == 200
    for somebody in (user, other):
        refused(server, register(somebody, authenticator.create(creation_options(somebody))), 400, NOT_REGISTERED, "credential_taken", 22)


def test_an_account_has_twenty(server):
    user = server.register()
    for _ in range(20):
        enroll(user)
    detail(register(user, Authenticator(RP, ORIGIN).create(creation_options(user))), 400, "通行密钥数量已达上限")
    assert len(user.call("GET", "/api/passkey/credentials").json()) == 20


# Challenges

def test_a_challenge_holds_once(server, keyholder):
    user = server.register()
    options = creation_options(user)
    assert register(user, Authenticator(RP, ORIGIN).create(options)).status_code == 200
    refused(server, register(user, Authenticator(RP, ORIGIN).create(options)), 400, NOT_REGISTERED, "challenge_used", 4)
    options = request_options(server)
    body = keyholder.get(options)
    assert authenticate(server, body).status_code == 200
    refused(server, authenticate(server, body), 401, REFUSED, "challenge_used", 5)
    refused(server, authenticate(server, keyholder.get(options)), 401, REFUSED, "challenge_used", 5)


def test_a_failed_attempt_uses_the_challenge_up_too(server, keyholder):
    options = request_options(server)
    refused(server, authenticate(server, keyholder.get(options, key=make_key(-7))), 401, REFUSED, "wrong_signature", 13)
    refused(server, authenticate(server, keyholder.get(options)), 401, REFUSED, "challenge_used", 5)
    user = server.register()
    options = creation_options(user)
    refused(server, register(user, Authenticator(RP, ORIGIN).create(options, rp_id="x.y")), 400, NOT_REGISTERED, "wrong_relying_party", 10)
    refused(server, register(user, Authenticator(RP, ORIGIN).create(options)), 400, NOT_REGISTERED, "challenge_used", 4)


def test_challenges_are_bound_to_ceremony_and_user(server, user, other, keyholder):
    options = creation_options(user)
    body = Authenticator(RP, ORIGIN).create(options)
    refused(server, register(other, body), 400, NOT_REGISTERED, "challenge_foreign", 4)
    # Somebody else's attempt has not used it up.
    assert register(user, body).status_code == 200
    crossed = Authenticator(RP, ORIGIN).create({**options, "challenge": request_options(server)["challenge"]})
    refused(server, register(user, crossed), 400, NOT_REGISTERED, "challenge_foreign", 4)
    crossed = keyholder.get({"challenge": creation_options(user)["challenge"]})
    refused(server, authenticate(server, crossed), 401, REFUSED, "challenge_foreign", 5)


def test_of_parallel_uses_of_one_challenge_one_wins(server):
    user = server.register()
    authenticators = [Authenticator(RP, ORIGIN) for _ in range(8)]
    options = creation_options(user)
    bodies = [a.create(options) for a in authenticators]
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(answer.status_code for answer in pool.map(lambda b: register(user, b), bodies))
    assert codes == [200] + [400] * 7
    assert len(user.call("GET", "/api/passkey/credentials").json()) == 1
    authenticator, _ = enroll(user)
    options = request_options(server)
    bodies = [authenticator.get(options) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(answer.status_code for answer in pool.map(lambda b: authenticate(server, b), bodies))
    assert codes == [200] + [401] * 7


def test_a_used_challenge_stays_used_after_a_crash(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        authenticator, _ = enroll(user)
        used, fresh = authenticator.get(request_options(server)), request_options(server)
        assert authenticate(server, used).status_code == 200
        server.stop(signal.SIGKILL)
        server.start()
        refused(server, authenticate(server, used), 401, REFUSED, "challenge_used", 5)
        # One that nobody used still holds: the server remembers nothing of it but its own key.
        assert authenticate(server, authenticator.get(fresh)).status_code == 200
        row = sqlite3.connect(f"file:{server.data}/weft.db?mode=ro", uri=True).execute(
            "SELECT sign_count, last_used_at IS NOT NULL FROM csa_passkeys").fetchone()
        assert row == (2, 1)


# Counters, switches, accounts

def test_a_counter_that_goes_back_is_refused_and_reported(server):
    user = server.register()
    authenticator, credential = enroll(user)
    assert authenticate(server, authenticator.get(request_options(server), count=7)).status_code == 200
    for count in (7, 6, 0):
        answer = authenticate(server, authenticator.get(request_options(server), count=count))
        refused(server, answer, 401, REFUSED, "sign_count_not_greater", 14)
    assert authenticate(server, authenticator.get(request_options(server), count=8)).status_code == 200
    shown = user.call("GET", "/api/passkey/credentials").json()[0]
    assert shown["sign_count"] == 8 and shown["last_used_at"]
    actions = sqlite3.connect(f"file:{server.data}/weft.db?mode=ro", uri=True).execute(
        "SELECT action, detail FROM csa_audit WHERE target_id = ? ORDER BY at, id", (user.id,)).fetchall()
    assert [a for a, _ in actions].count("passkey.clone") == 3 and ("passkey.clone", credential["id"]) in actions


def test_authenticators_that_do_not_count(server):
    user = server.register()
    authenticator, _ = enroll(user, count=0)
    for _ in range(2):
        assert authenticate(server, authenticator.get(request_options(server), count=0)).status_code == 200


def test_changes_are_limited(tmp_path):
    """Each is a line of the audit trail, which is kept for a year."""
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        user = server.register()
        answers = [user.call("PUT", "/api/passkey/toggle", json={"enabled": n % 2 == 0}) for n in range(120)]
        refused = next(a for a in answers if a.status_code == 429)
        detail(refused, 429, "请求过于频繁，请稍后再试")
        assert int(refused.headers["retry-after"]) >= 1


def test_switching_passkeys_off_and_on(server):
    user = server.register()
    authenticator, _ = enroll(user)
    for _ in range(2):
        answer = user.call("PUT", "/api/passkey/toggle", json={"enabled": False})
        assert (answer.status_code, answer.json()) == (200, {"message": "通行密钥登录已禁用", "enabled": False})
    answer = authenticate(server, authenticator.get(request_options(server)))
    detail(answer, 401, REFUSED)
    assert wait_for(lambda: [r for r in reasons(server) if r["request_id"] == answer.headers["x-request-id"]], "the log")[0]["reason"] == "switched_off"
    assert len(user.call("GET", "/api/passkey/credentials").json()) == 1
    answer = user.call("PUT", "/api/passkey/toggle", json={"enabled": True})
    assert (answer.status_code, answer.json()) == (200, {"message": "通行密钥登录已启用", "enabled": True})
    assert authenticate(server, authenticator.get(request_options(server))).status_code == 200
    for body in ({}, {"enabled": None}, {"enabled": "yes"}, {"enabled": 1}):
        detail(user.call("PUT", "/api/passkey/toggle", json=body), 422)


def test_a_disabled_account_is_told_only_after_a_valid_assertion(server):
    user = server.register()
    authenticator, _ = enroll(user)
    rpc, admin = Rpc(server), server.admin_token()
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    detail(authenticate(server, authenticator.get(request_options(server), key=make_key(-7))), 401, REFUSED)
    options = request_options(server)
    detail(authenticate(server, authenticator.get(options)), 403, "账号已被禁用")
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": True}, admin)
    refused(server, authenticate(server, authenticator.get(options)), 401, REFUSED, "challenge_used", 5)
    assert authenticate(server, authenticator.get(request_options(server))).status_code == 200


# 1.3.3: options

def test_request_options(server):
    options = request_options(server)
    assert len(unb64u(options.pop("challenge"))) >= 16
    assert options == {"timeout": 60000, "rpId": RP, "allowCredentials": [], "userVerification": "preferred"}


def test_options_for_an_address_list_its_passkeys_and_tell_nothing(server):
    user, bare = server.register(), server.register()
    authenticator, _ = enroll(user)
    options = request_options(server, email=user.email.upper())
    assert options["allowCredentials"] == [{"type": "public-key", "id": b64u(authenticator.credential_id)}]
    assert authenticate(server, authenticator.get(options)).status_code == 200
    for email in (bare.email, "nobody@example.com", "no address at all"):
        first, second = request_options(server, email=email), request_options(server, email=email)
        assert first["allowCredentials"] == second["allowCredentials"] and len(first["allowCredentials"]) == 1
        assert len(unb64u(first["allowCredentials"][0]["id"])) == 32
        assert len(first["challenge"]) == len(options["challenge"])
    # Made for one account, a challenge opens no other (step 2 of the standard).
    for email in (bare.email, "nobody@example.com"):
        answer = authenticate(server, authenticator.get(request_options(server, email=email)))
        refused(server, answer, 401, REFUSED, "challenge_foreign", 5)


# 1.3.5 to 1.3.8

def test_the_list_is_the_callers_newest_first(server):
    user = server.register()
    assert user.call("GET", "/api/passkey/credentials").json() == []
    made = [enroll(user, name)[1] for name in ("一", "二", "三")]
    listed = user.call("GET", "/api/passkey/credentials").json()
    assert [p["id"] for p in listed] == [p["id"] for p in reversed(made)]
    assert all(set(p) == {"id", "credential_id", "nickname", "is_primary", "sign_count", "last_used_at", "created_at"} for p in listed)
    assert [p["last_used_at"] for p in listed] == [None] * 3


@pytest.mark.parametrize("key", ["id", "credential_id"])
def test_names_primaries_and_deletion_by_either_id(server, key):
    user = server.register()
    (authenticator, first), (_, second) = enroll(user), enroll(user)
    path = "/api/passkey/credentials/{}".format
    answer = user.call("PUT", path(first[key]) + "/nickname", json={"nickname": "新昵称"})
    assert answer.status_code == 200 and answer.json() == {"message": "通行密钥昵称已更新", "credential": {**first, "nickname": "新昵称"}}
    for passkey in (first, second, second):
        answer = user.call("PUT", path(passkey[key]) + "/primary")
        assert answer.status_code == 200 and answer.json()["credential"]["is_primary"] is True
        assert [p["id"] for p in user.call("GET", "/api/passkey/credentials").json() if p["is_primary"]] == [passkey["id"]]
    answer = user.call("DELETE", path(first[key]))
    assert answer.status_code == 204 and answer.content == b""
    assert [p["id"] for p in user.call("GET", "/api/passkey/credentials").json()] == [second["id"]]
    refused(server, authenticate(server, authenticator.get(request_options(server))), 401, REFUSED, "unknown_credential", 3)
    detail(user.call("DELETE", path(first[key])), 404, "通行密钥不存在")
    # What was deleted may be registered again.
    assert register(user, authenticator.create(creation_options(user))).status_code == 200


def test_a_credential_registered_anew_is_the_new_one(server):
    """The server remembers passkeys that were used; what it remembers must not outlive them."""
    first, second = server.register(), server.register()
    authenticator, passkey = enroll(first)
    assert authenticate(server, authenticator.get(request_options(server))).json()["user"]["id"] == first.id
    assert first.call("DELETE", f"/api/passkey/credentials/{passkey['id']}").status_code == 204
    old_key, authenticator.key = authenticator.key, make_key(-7)
    assert register(second, authenticator.create(creation_options(second))).status_code == 200
    assert authenticate(server, authenticator.get(request_options(server))).json()["user"]["id"] == second.id
    refused(server, authenticate(server, authenticator.get(request_options(server), key=old_key)), 401, REFUSED, "wrong_signature", 13)
    # The same key at another account, asked for by that account's address.
    assert second.call("DELETE", f"/api/passkey/credentials/{b64u(authenticator.credential_id)}").status_code == 204
    assert register(first, authenticator.create(creation_options(first))).status_code == 200
    answer = authenticate(server, authenticator.get(request_options(server, email=first.email)))
    assert answer.status_code == 200 and answer.json()["user"]["id"] == first.id


@pytest.mark.parametrize("method, rest, more", [
    ("PUT", "/nickname", {"json": {"nickname": "x"}}), ("PUT", "/primary", {}), ("DELETE", "", {})])
def test_foreign_and_unknown_passkeys(server, user, other, method, rest, more):
    _, passkey = enroll(user)
    for key in ("id", "credential_id"):
        detail(other.call(method, f"/api/passkey/credentials/{passkey[key]}{rest}", **more), 403, "无权操作此通行密钥")
    for unknown in ("0" * 24, b64u(bytes(32)), "x", "%20", "%E4%B8%AD"):
        detail(user.call(method, f"/api/passkey/credentials/{unknown}{rest}", **more), 404, "通行密钥不存在")


@pytest.mark.parametrize("nickname", [None, "", "名" * 65, 5])
def test_nicknames_have_1_to_64_characters(server, user, nickname):
    _, passkey = enroll(server.register())
    detail(user.call("PUT", f"/api/passkey/credentials/{passkey['id']}/nickname", json={"nickname": nickname}), 422)


def test_an_application_key_manages_no_passkeys(server):
    user = server.register()
    key = user.call("POST", "/api/application-key/create").json()["application_key"]["key"]
    for method, path, more in [("GET", "registration-options", {}), ("POST", "register", {"json": {}}), ("GET", "credentials", {}),
                               ("PUT", "credentials/x/primary", {}), ("DELETE", "credentials/x", {}), ("PUT", "toggle", {"json": {}})]:
        detail(server.call(method, f"/api/passkey/{path}", token=key, **more), 403, "应用密钥不能管理登录凭据")


def test_what_was_done_is_in_the_audit_trail(server):
    user = server.register()
    _, passkey = enroll(user)
    user.call("PUT", f"/api/passkey/credentials/{passkey['id']}/nickname", json={"nickname": "x"})
    user.call("PUT", f"/api/passkey/credentials/{passkey['id']}/primary")
    for enabled in (False, False, True):
        user.call("PUT", "/api/passkey/toggle", json={"enabled": enabled})
    user.call("DELETE", f"/api/passkey/credentials/{passkey['id']}")
    rows = sqlite3.connect(f"file:{server.data}/weft.db?mode=ro", uri=True).execute(
        "SELECT action, actor_id, detail, address FROM csa_audit WHERE target_id = ? AND action LIKE 'passkey%' ORDER BY at, id", (user.id,)).fetchall()
    assert sorted(rows, key=str) == sorted([
        ("passkey.register", user.id, passkey["id"], "127.0.0.1"), ("passkey.rename", user.id, passkey["id"], "127.0.0.1"),
        ("passkey.primary", user.id, passkey["id"], "127.0.0.1"), ("passkeys.off", user.id, None, "127.0.0.1"),
        ("passkeys.on", user.id, None, "127.0.0.1"), ("passkey.delete", user.id, passkey["id"], "127.0.0.1")], key=str)


def test_over_rpc_bytes_are_bytes(server):
    user = server.register()
    rpc = Rpc(server)
    options = rpc.call("csa.v1.PasskeyService", "GetRegistrationOptions", {}, user.token)
    authenticator = Authenticator(RP, ORIGIN)
    made = rpc.call("csa.v1.PasskeyService", "RegisterPasskey", authenticator.create(options), user.token)
    assert made["credential"]["credential_id"] == b64u(authenticator.credential_id)
    options = rpc.call("csa.v1.PasskeyService", "GetAuthenticationOptions", {})
    assert rpc.call("csa.v1.PasskeyService", "AuthenticatePasskey", authenticator.get(options))["user"]["id"] == user.id
    assert rpc.code("csa.v1.PasskeyService", "AuthenticatePasskey", authenticator.get(options)) == ("UNAUTHENTICATED", REFUSED)
    assert rpc.code("csa.v1.PasskeyService", "RegisterPasskey", {}, user.token)[0] == "INVALID_ARGUMENT"


def test_a_remote_gateway_does_the_same(server):
    user = server.register()
    token = {"authorization": f"Bearer {user.token}"}
    with RemoteGateway(server.grpc) as gateway, httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as far:
        authenticator = Authenticator(RP, ORIGIN)
        options = far.get("/api/passkey/registration-options", headers=token).json()
        assert far.post("/api/passkey/register", headers=token, json=authenticator.create(options, nested=True)).status_code == 200
        assert far.get("/api/passkey/credentials", headers=token).json() == user.call("GET", "/api/passkey/credentials").json()
        body = authenticator.get(far.get("/api/passkey/authentication-options").json())
        assert far.post("/api/passkey/authenticate", json=body).json()["user"]["id"] == user.id
        answers = [far.post("/api/passkey/authenticate", json=body), authenticate(server, body)]
        assert answers[0].json() == answers[1].json() == {"detail": REFUSED}
        assert {a.headers["www-authenticate"] for a in answers} == {"Bearer"} and {a.status_code for a in answers} == {401}


# Settings

def test_another_relying_party_and_its_origins(tmp_path):
    env = {"WEFT_RP_ID": "example.org", "WEFT_RP_ORIGINS": "https://login.example.org, https://example.org:8443"}
    with Server(tmp_path / "data", env=env) as server:
        user = server.register()
        assert creation_options(user)["rp"]["id"] == request_options(server)["rpId"] == "example.org"
        for origin in ("https://login.example.org", "https://example.org:8443"):
            authenticator = Authenticator("example.org", origin)
            assert register(user, authenticator.create(creation_options(user))).status_code == 200
            assert authenticate(server, authenticator.get(request_options(server))).status_code == 200
        # The list replaces the default.
        refused(server, register(user, Authenticator("example.org", "https://example.org").create(creation_options(user))), 400,
                NOT_REGISTERED, "wrong_origin", 5)


@pytest.mark.parametrize("url, origin", [
    ("https://example.org", "https://example.org"), ("http://example.org:8080/weft", "http://example.org:8080"),
    ("https://example.org:443", "https://example.org"), ("https://www.example.org", "https://example.org")])
def test_the_public_url_is_the_origin_where_its_host_is_the_relying_party(tmp_path, url, origin):
    with Server(tmp_path / "data", env={"WEFT_RP_ID": "example.org", "WEFT_PUBLIC_URL": url}) as server:
        user = server.register()
        assert register(user, Authenticator("example.org", origin).create(creation_options(user))).status_code == 200


@pytest.mark.parametrize("name, value", [
    ("WEFT_RP_ID", "https://example.org"), ("WEFT_RP_ID", "example.org:8000"), ("WEFT_RP_ID", "Example.org"), ("WEFT_RP_ID", "127.0.0.1"),
    ("WEFT_RP_ID", "a..b"), ("WEFT_RP_ORIGINS", "https://evil.example"), ("WEFT_RP_ORIGINS", "https://dreamreflex.com/"),
    ("WEFT_RP_ORIGINS", "http://dreamreflex.com"), ("WEFT_RP_ORIGINS", "dreamreflex.com"), ("WEFT_RP_ORIGINS", "https://xdreamreflex.com")])
def test_settings_that_make_no_sense_are_refused_at_start(tmp_path, name, value):
    server = Server(tmp_path / "data", env={name: value})
    with pytest.raises(AssertionError, match=f"{name} takes"):
        server.start()
