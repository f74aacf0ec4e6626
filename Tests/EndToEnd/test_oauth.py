"""Chapters 1.4.1 to 1.4.4: the provider's protocol, with Authlib as the client where a client is wanted (RFC 6749, 6750, 7009, 7636, 7662, 9207)."""
import base64
import hashlib
import json
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import jwt
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from oauth import CALLBACK, Page, Visitor, authorize_url, landed, make_client, parameters, pkce, query_of
from rpc import Rpc
from server import Server

ALL_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
ALGORITHMS = ["RS256", "ES256"]


@pytest.fixture(scope="module")
def client(server):
    return make_client(server, grant_types=ALL_GRANTS, scopes=("openid", "profile", "email", "phone", "reports"))


@pytest.fixture(scope="module")
def public(server):
    return make_client(server, public=True)


def basic(client):
    return (client["client_id"], client["client_secret"])


def code(server, user, client, verifier=None, **changes):
    """A code, by the bearer token of a signed-in user, and the verifier that goes with it."""
    if "code_challenge" not in changes:
        verifier, changes["code_challenge"] = pkce()
    answer = server.call("GET", authorize_url("", parameters(client, **changes)), user.token)
    assert answer.status_code == 302, answer.text
    query = query_of(answer.headers["location"])
    assert query["iss"] == server.url
    return query["code"], verifier


def token(server, client, auth=None, **form):
    if auth is None and client.get("client_secret"):
        auth = basic(client)
    elif not client.get("client_secret"):
        form.setdefault("client_id", client["client_id"])
    with server.client() as http:
        return http.post("/oauth/token", data=form, **({"auth": auth} if auth else {}))


def redeem(server, client, code, verifier, **more):
    return token(server, client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK,
                 **({"code_verifier": verifier} if verifier else {}), **more)


def tokens(server, user, client, **changes):
    answer = redeem(server, client, *code(server, user, client, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


def refresh(server, client, refresh_token, **more):
    return token(server, client, grant_type="refresh_token", refresh_token=refresh_token, **more)


def introspect(server, client, text):
    with server.client() as http:
        answer = http.post("/oauth/introspect", data={"token": text}, auth=basic(client))
    assert answer.status_code == 200, answer.text
    return answer.json()


def userinfo(server, text):
    return server.call("GET", "/oauth/userinfo", text)


def refused(answer, error, status=400):
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "error_description", "detail"} and body["error"] == error and body["detail"], body
    assert all(0x20 <= ord(c) <= 0x7E and c not in '"\\' for c in body["error_description"])
    assert answer.headers["cache-control"] == "no-store"
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic ")
    return body


def id_claims(server, client, id_token, algorithm="RS256", **more):
    keys = {key["kid"]: key for key in server.call("GET", "/oauth/jwks").json()["keys"]}
    head = jwt.get_unverified_header(id_token)
    assert head["alg"] == algorithm and head["typ"] == "JWT"
    return jwt.decode(id_token, jwt.PyJWK(keys[head["kid"]]), algorithms=[algorithm], audience=client["client_id"],
                      issuer=server.url, options={"require": ["exp", "iat", "sub", "auth_time"]}, **more)


# A stock client, all the way

@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_signs_a_user_in(server, user, algorithm, method):
    registered = make_client(server, id_token_signed_response_alg=algorithm)
    about = server.call("GET", "/.well-known/openid-configuration").json()
    with OAuth2Client(registered["client_id"], registered["client_secret"], token_endpoint_auth_method=method, scope="openid email",
                      redirect_uri=CALLBACK, code_challenge_method="S256", trust_env=False) as relying:
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        url, state = relying.create_authorization_url(about["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
        before = int(time.time())
        answer = server.call("GET", url, user.token)
        got = relying.fetch_token(about["token_endpoint"], authorization_response=answer.headers["location"], state=state,
                                  code_verifier=verifier)
        assert got["token_type"] == "Bearer" and got["expires_in"] == 1800 and got["scope"] == "openid email"
        claims = id_claims(server, registered, got["id_token"], algorithm)
        assert claims["sub"] == user.id and claims["nonce"] == nonce and claims["azp"] == registered["client_id"]
        assert before - 3600 < claims["auth_time"] <= claims["iat"] <= claims["exp"] - 600
        half = hashlib.sha256(got["access_token"].encode()).digest()[:16]
        assert claims["at_hash"] == base64.urlsafe_b64encode(half).decode().rstrip("=")

        info = relying.get(about["userinfo_endpoint"]).json()
        assert info == {"sub": user.id, "email": user.email, "email_verified": True}
        again = relying.refresh_token(about["token_endpoint"], refresh_token=got["refresh_token"])
        assert again["refresh_token"] != got["refresh_token"] and again["access_token"] != got["access_token"]
        later = id_claims(server, registered, again["id_token"], algorithm)
        # OpenID Connect Core 1.0, section 12.2.
        assert later["auth_time"] == claims["auth_time"] and later["sub"] == user.id and "nonce" not in later
        assert relying.introspect_token(about["introspection_endpoint"], token=again["access_token"]).json()["active"]
        assert relying.revoke_token(about["revocation_endpoint"], token=again["refresh_token"]).status_code == 200
        assert not relying.introspect_token(about["introspection_endpoint"], token=again["access_token"]).json()["active"]
        assert relying.get(about["userinfo_endpoint"]).status_code == 401


def test_authlib_gets_tokens_of_its_own(server, client):
    with OAuth2Client(*basic(client), scope="reports", trust_env=False) as service:
        got = service.fetch_token(server.url + "/oauth/token", grant_type="client_credentials")
    assert set(got) - {"expires_at"} == {"access_token", "token_type", "expires_in", "scope"} and got["scope"] == "reports"
    known = introspect(server, client, got["access_token"])
    assert known["active"] and known["sub"] == known["client_id"] == client["client_id"]
    assert userinfo(server, got["access_token"]).status_code == 403


def test_an_id_token_names_the_user_that_the_client_expects(server, client):
    """OpenID Connect Core 1.0, section 3.1.2.1: id_token_hint."""
    user, other = server.register(), server.register()
    own, others = (tokens(server, one, client)["id_token"] for one in (user, other))
    with Visitor(server) as visitor:
        back = visitor.sign_in(visitor.authorize(client), user)
        assert "code" in landed(back)
        assert "code" in landed(visitor.authorize(client, prompt="none", id_token_hint=own))
        assert landed(visitor.authorize(client, prompt="none", id_token_hint=others))["error"] == "login_required"
        assert isinstance(visitor.authorize(client, id_token_hint=others), Page)


# Discovery and keys

def test_discovery_says_what_the_standards_ask_for(server):
    answer = server.call("GET", "/.well-known/openid-configuration")
    about = answer.json()
    assert about == server.call("GET", "/.well-known/oauth-authorization-server").json()
    assert about["issuer"] == server.url and all(about[name].startswith(server.url + "/") for name in about if name.endswith(("_endpoint", "_uri")))
    assert about["response_types_supported"] == ["code"] and about["subject_types_supported"] == ["public"]
    assert about["id_token_signing_alg_values_supported"] == ALGORITHMS and about["code_challenge_methods_supported"] == ["S256"]
    assert about["authorization_response_iss_parameter_supported"] is True
    assert about["request_uri_parameter_supported"] is False and "implicit" not in about["grant_types_supported"]


def test_keys_are_public_and_of_both_kinds(server):
    keys = server.call("GET", "/oauth/jwks").json()["keys"]
    assert {key["alg"] for key in keys} == set(ALGORITHMS) and len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert set(key) == {"kty", "use", "alg", "kid", *(("n", "e") if key["kty"] == "RSA" else ("crv", "x", "y"))}
        members = {name: key[name] for name in sorted(key) if name not in ("use", "alg", "kid")}
        thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
        assert key["kid"] == base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")


def test_rotation_overlaps_and_keys_outlive_a_restart(tmp_path):
    with Server(tmp_path / "data") as server:
        user, client = server.register(), make_client(server)
        old = tokens(server, user, client)["id_token"]
        before = server.call("GET", "/oauth/jwks").json()["keys"]
        items = Rpc(server).call("csa.admin.v1.SigningKeyAdminService", "RotateSigningKeys", {}, server.admin_token())["items"]
        assert [bool(item.get("retires_at")) for item in items] == [False, False, True, True]
        assert not {"private_key", "pkcs8", "d"} & set(items[0])
        new = tokens(server, user, client)["id_token"]
        assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
        for text in (old, new):
            id_claims(server, client, text)
        after = server.call("GET", "/oauth/jwks").json()["keys"]
        assert [key for key in before if key not in after] == [] and len(after) == 4
        server.stop()
        server.start()
        assert server.call("GET", "/oauth/jwks").json()["keys"] == after
        assert "signing_keys.rotate" in audit(server)


def audit(server):
    entries = Rpc(server).call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {"limit": 100}, server.admin_token())["items"]
    return [entry["action"] for entry in entries]


# The token endpoint's errors (RFC 6749, section 5.2)

def test_no_client_wrong_secret_unknown_client_are_one_answer(server, client, public):
    for auth, form in [(None, {}), (None, {"client_id": client["client_id"]}), ((client["client_id"], "wrong"), {}),
                       (("0" * 24, client["client_secret"]), {}), (("nobody", ""), {}), ((client["client_id"], ""), {}),
                       (None, {"client_id": client["client_id"], "client_secret": "wrong"}),
                       ((public["client_id"], "x"), {}), (None, {"client_id": public["client_id"], "client_secret": "x"})]:
        with server.client() as http:
            answer = http.post("/oauth/token", data={"grant_type": "client_credentials", **form}, **({"auth": auth} if auth else {}))
        assert refused(answer, "invalid_client", 401)["detail"] == "客户端认证失败"


def test_malformed_authentication_is_refused(server, client):
    for header in ["Basic", "Basic !!!", "Basic " + base64.b64encode(b"no-colon").decode()]:
        answer = server.call("POST", "/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": header})
        refused(answer, "invalid_client", 401)


@pytest.mark.parametrize("form, error", [
    ({}, "invalid_request"),
    ({"grant_type": ""}, "invalid_request"),
    ({"grant_type": "authorization_code"}, "invalid_request"),
    ({"grant_type": "refresh_token"}, "invalid_request"),
    ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
    ({"grant_type": "implicit"}, "unsupported_grant_type"),
    ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
    ({"grant_type": "client_credentials", "scope": "unknown"}, "invalid_scope"),
    ({"grant_type": "client_credentials", "scope": 'a"b'}, "invalid_scope"),
])
def test_bad_requests(server, client, form, error):
    refused(token(server, client, **form), error)


def test_two_authentications_are_too_many(server, client):
    refused(token(server, client, auth=basic(client), grant_type="client_credentials", client_id=client["client_id"],
                  client_secret=client["client_secret"]), "invalid_request")


def test_repeated_and_unreadable_forms(server, client):
    for body in ["grant_type=client_credentials&grant_type=client_credentials", "grant_type=%FF", "grant_type=a%00"]:
        with server.client() as http:
            answer = http.post("/oauth/token", content=body, auth=basic(client),
                               headers={"content-type": "application/x-www-form-urlencoded"})
        refused(answer, "invalid_request")
    with server.client() as http:
        answer = http.post("/oauth/token", content="x" * (2 << 20), headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413 and answer.json()["error"] == "invalid_request"


def test_a_client_does_what_it_is_registered_for(server, user):
    only_code = make_client(server, grant_types=("authorization_code",))
    refused(token(server, only_code, grant_type="client_credentials"), "unauthorized_client")
    refused(token(server, only_code, grant_type="refresh_token", refresh_token="x"), "unauthorized_client")
    assert "refresh_token" not in tokens(server, user, only_code)
    only_own = make_client(server, grant_types=("client_credentials",), redirect_uris=())
    refused(token(server, only_own, grant_type="authorization_code", code="x"), "unauthorized_client")


def test_disabled_clients_stop_at_once(server, user):
    client = make_client(server, grant_types=ALL_GRANTS)
    other = make_client(server, grant_types=ALL_GRANTS)
    waiting, got = code(server, user, client), tokens(server, user, client)
    rpc, admin = Rpc(server), server.admin_token()
    service = "csa.admin.v1.OAuthClientAdminService"
    assert rpc.call(service, "SetOAuthClientActive", {"client_id": client["client_id"], "is_active": False}, admin)["is_active"] is False
    refused(redeem(server, client, *waiting), "invalid_client", 401)
    refused(refresh(server, client, got["refresh_token"]), "invalid_client", 401)
    assert introspect(server, other, got["access_token"]) == {"active": False}
    assert userinfo(server, got["access_token"]).status_code == 401
    rpc.call(service, "SetOAuthClientActive", {"client_id": client["client_id"], "is_active": True}, admin)
    assert userinfo(server, got["access_token"]).status_code == 200
    assert rpc.code(service, "SetOAuthClientActive", {"client_id": "0" * 24, "is_active": True}, token=admin) == ("NOT_FOUND", "客户端不存在")


# Codes (RFC 6749, section 4.1; RFC 7636)

def test_a_code_is_for_one_use_and_a_second_ends_its_tokens(server, user, client):
    text, verifier = code(server, user, client)
    got = redeem(server, client, text, verifier).json()
    assert userinfo(server, got["access_token"]).status_code == 200
    refused(redeem(server, client, text, verifier), "invalid_grant")
    assert userinfo(server, got["access_token"]).status_code == 401
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    assert "oauth_token.reuse" in audit(server)


def test_of_parallel_uses_of_a_code_one_wins(server, user, client):
    text, verifier = code(server, user, client)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: redeem(server, client, text, verifier), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    for answer in answers:
        if answer.status_code == 400:
            refused(answer, "invalid_grant")


def test_a_code_is_bound_to_client_redirect_and_verifier(server, user, client, public):
    other = make_client(server)
    for wrong in [lambda c, v: redeem(server, other, c, v),
                  lambda c, v: token(server, client, grant_type="authorization_code", code=c, redirect_uri=CALLBACK + "/x", code_verifier=v),
                  lambda c, v: token(server, client, grant_type="authorization_code", code=c, code_verifier=v),
                  lambda c, v: redeem(server, client, c, pkce()[0]), lambda c, v: redeem(server, client, c, "short"),
                  lambda c, v: redeem(server, client, c, None)]:
        text, verifier = code(server, user, client)
        refused(wrong(text, verifier), "invalid_grant")
        refused(redeem(server, client, text, verifier), "invalid_grant")
    text, verifier = code(server, user, public)
    got = redeem(server, public, text, verifier)
    assert got.status_code == 200 and got.json()["refresh_token"]


def test_a_verifier_that_no_challenge_asked_for_is_a_downgrade(server, user, client):
    text, _ = code(server, user, client, code_challenge=None, code_challenge_method=None)
    refused(redeem(server, client, text, pkce()[0]), "invalid_grant")
    text, _ = code(server, user, client, code_challenge=None, code_challenge_method=None)
    assert redeem(server, client, text, None).status_code == 200


# Refresh tokens (RFC 9700, section 4.14)

def test_parallel_refreshes_make_one_family(server, user, client):
    first = tokens(server, user, client)["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = [answer.json() for answer in pool.map(lambda _: refresh(server, client, first), range(8))]
    assert len({answer["refresh_token"] for answer in answers}) == 1 and len({answer["access_token"] for answer in answers}) == 1
    assert refresh(server, client, answers[0]["refresh_token"]).status_code == 200


def test_a_lost_answer_survives_a_crash(tmp_path):
    with Server(tmp_path / "data") as server:
        user, client = server.register(), make_client(server)
        first = tokens(server, user, client)["refresh_token"]
        second, begun = refresh(server, client, first).json(), time.monotonic()
        server.process.kill()
        server.process.wait()
        server.start()
        again = refresh(server, client, first).json()
        if time.monotonic() - begun > 9:
            pytest.skip("the machine took longer to restart the server than the grace lasts")
        assert again["refresh_token"] == second["refresh_token"] and again["access_token"] == second["access_token"]


def test_scope_narrows_and_never_widens(server, user, client):
    got = tokens(server, user, client, scope="openid email")
    refused(refresh(server, client, got["refresh_token"], scope="openid profile"), "invalid_scope")
    narrow = refresh(server, client, got["refresh_token"], scope="openid").json()
    assert narrow["scope"] == "openid" and set(userinfo(server, narrow["access_token"]).json()) == {"sub"}
    assert refresh(server, client, narrow["refresh_token"]).json()["scope"] == "openid email"


def test_a_refresh_token_of_another_client_ends_the_family(server, user, client):
    got = tokens(server, user, client)
    refused(refresh(server, make_client(server), got["refresh_token"]), "invalid_grant")
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    assert userinfo(server, got["access_token"]).status_code == 401


def test_password_and_account_end_grants(server, client):
    user = server.register()
    got, waiting = tokens(server, user, client), code(server, user, client)
    answer = user.call("POST", "/api/users/me/change-password", json={"old_password": user.password, "new_password": "NewPassw0rd!"})
    assert answer.status_code == 200
    assert userinfo(server, got["access_token"]).status_code == 401
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    refused(redeem(server, client, *waiting), "invalid_grant")
    user.token = server.login(user.email, "NewPassw0rd!")
    got, waiting = tokens(server, user, client), code(server, user, client)
    rpc, admin = Rpc(server), server.admin_token()
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    assert userinfo(server, got["access_token"]).status_code == 401
    assert introspect(server, client, got["access_token"]) == {"active": False}
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    # They lasted for months: they do not come back with the account.
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": True}, admin)
    assert userinfo(server, got["access_token"]).status_code == 401
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    refused(redeem(server, client, *waiting), "invalid_grant")


def test_no_code_outlives_a_change_of_the_password(server, client):
    """Requests that were under way when the old token was ended get no code, or one that is worth nothing."""
    for _ in range(3):
        user, started, given = server.register(), threading.Event(), []
        verifier, challenge = pkce()

        def ask():
            with server.client(headers={"authorization": f"Bearer {user.token}"}) as c:
                while (answer := c.get("/oauth/authorize", params=parameters(client, code_challenge=challenge))).status_code == 302:
                    given.append(query_of(answer.headers["location"])["code"])
                    started.set()
                assert (answer.status_code, answer.json()) == (401, {"detail": "无效的认证凭据"})

        with ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(ask) for _ in range(8)]
            assert started.wait(30)
            answer = user.call("POST", "/api/users/me/change-password", json={"old_password": user.password, "new_password": "NewPassw0rd!"})
            assert answer.status_code == 200
            for each in asking:
                each.result()
        for late in given[-16:]:
            refused(redeem(server, client, late, verifier), "invalid_grant")


# Userinfo (OpenID Connect Core 1.0, section 5.3; RFC 6750)

def test_claims_follow_the_scope(server, client):
    user = server.register()
    user.call("PATCH", "/api/users/me", json={"full_name": "张三", "phone_number": "13800138000", "avatar_url": "https://example.com/a.jpg"})
    whole = userinfo(server, tokens(server, user, client, scope="profile phone email openid")["access_token"]).json()
    assert whole.pop("updated_at") > 1_700_000_000
    assert whole == {"sub": user.id, "name": "张三", "picture": "https://example.com/a.jpg", "email": user.email, "email_verified": True,
                     "phone_number": "13800138000", "phone_number_verified": False}
    assert userinfo(server, tokens(server, user, client, scope="openid")["access_token"]).json() == {"sub": user.id}
    refusal = userinfo(server, tokens(server, user, client, scope="email")["access_token"])
    assert refusal.status_code == 403 and 'error="insufficient_scope"' in refusal.headers["www-authenticate"]


def test_the_token_may_come_in_header_or_form_but_not_twice_nor_in_the_query(server, user, client):
    text = tokens(server, user, client)["access_token"]
    assert server.call("POST", "/oauth/userinfo", text).json()["sub"] == user.id
    assert server.call("POST", "/oauth/userinfo", data={"access_token": text}).json()["sub"] == user.id
    answer = server.call("POST", "/oauth/userinfo", text, data={"access_token": text})
    assert answer.status_code == 400 and 'error="invalid_request"' in answer.headers["www-authenticate"]
    for method in ("GET", "POST"):
        answer = server.call(method, f"/oauth/userinfo?access_token={text}")
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == 'Bearer realm="oauth"'


def test_tokens_do_not_cross(server, user, client):
    got = tokens(server, user, client)
    for wrong in (user.token, got["id_token"], got["refresh_token"], client["client_secret"], "x"):
        answer = userinfo(server, wrong)
        assert answer.status_code == 401 and answer.json() == {"detail": "无效的认证凭据"}
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    for wrong in (got["access_token"], got["id_token"], got["refresh_token"]):
        assert server.call("GET", "/api/users/me", wrong).status_code == 401
        assert server.call("GET", "/api/oauth/authorizations", wrong).status_code == 401
        assert Rpc(server).code("csa.v1.UserService", "GetMe", {}, token=wrong)[0] == "UNAUTHENTICATED"
    refused(refresh(server, client, got["access_token"]), "invalid_grant")


# Revocation (RFC 7009) and introspection (RFC 7662)

def revoke(server, client, text, **form):
    with server.client() as http:
        return http.post("/oauth/revoke", data={"token": text, **form}, auth=basic(client))


def test_revocation(server, user, client):
    got = tokens(server, user, client)
    assert revoke(server, client, got["access_token"], token_type_hint="refresh_token").status_code == 200
    assert userinfo(server, got["access_token"]).status_code == 401
    got = refresh(server, client, got["refresh_token"]).json()
    assert revoke(server, client, got["refresh_token"]).status_code == 200
    assert userinfo(server, got["access_token"]).status_code == 401
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    for text in (got["access_token"], got["refresh_token"], "unknown"):
        assert revoke(server, client, text, token_type_hint="whatever").status_code == 200
    refused(revoke(server, client, ""), "invalid_request")
    assert "oauth_token.revoke" in audit(server)


def test_nobody_revokes_anothers_token(server, user, client):
    got = tokens(server, user, client)
    other = make_client(server)
    for kind in ("access_token", "refresh_token"):
        refused(revoke(server, other, got[kind]), "invalid_grant")
    assert userinfo(server, got["access_token"]).status_code == 200
    with server.client() as http:
        refused(http.post("/oauth/revoke", data={"token": got["access_token"]}), "invalid_client", 401)


def test_a_public_client_revokes_by_its_name(server, user, public):
    got = tokens(server, user, public)
    with server.client() as http:
        assert http.post("/oauth/revoke", data={"token": got["refresh_token"], "client_id": public["client_id"]}).status_code == 200
    assert userinfo(server, got["access_token"]).status_code == 401


def test_introspection_tells_clients_and_bearers(server, user, client, public):
    got, other = tokens(server, user, client), make_client(server, grant_types=ALL_GRANTS, scopes=("reports",))
    known = introspect(server, other, got["access_token"])
    assert known == {"active": True, "scope": "openid email", "client_id": client["client_id"], "token_type": "Bearer", "sub": user.id,
                     "exp": known["exp"], "iat": known["iat"], "aud": server.url, "iss": server.url}
    assert known["exp"] - known["iat"] == 1800
    # A refresh token is nobody's to show but its client's.
    assert introspect(server, other, got["refresh_token"]) == {"active": False}
    assert introspect(server, client, got["refresh_token"])["active"]
    for nothing in ("x", user.token, got["id_token"]):
        assert introspect(server, client, nothing) == {"active": False}
    own = token(server, other, grant_type="client_credentials").json()["access_token"]
    ask = lambda bearer, text: server.call("POST", "/oauth/introspect", bearer, data={"token": text})  # noqa: E731
    assert ask(own, got["access_token"]).json()["active"] is True
    assert ask(got["access_token"], got["access_token"]).json()["active"] is True
    assert ask(got["access_token"], own).json() == {"active": False}
    assert ask("x", got["access_token"]).status_code == 401
    with server.client() as http:
        refused(http.post("/oauth/introspect", data={"token": own, "client_id": public["client_id"]}), "invalid_client", 401)
        refused(http.post("/oauth/introspect", data={}, auth=basic(client)), "invalid_request")


# What users allow

def test_users_see_and_take_back_what_they_allowed(server, client):
    user, other = server.register(), server.register()
    got, waiting, others = tokens(server, user, client), code(server, user, client), tokens(server, other, client)
    listed = user.call("GET", "/api/oauth/authorizations").json()
    assert listed["total"] == 1
    item = listed["items"][0]
    assert item["client_id"] == client["client_id"] and item["client_name"] == client["client_name"]
    assert item["scope"] == ["openid", "email"] and item["created_at"] and item["updated_at"] is None
    path = f"/api/oauth/authorizations/{client['client_id']}"
    assert user.call("DELETE", path).status_code == 204
    assert user.call("GET", "/api/oauth/authorizations").json() == {"total": 0, "items": []}
    assert userinfo(server, got["access_token"]).status_code == 401
    refused(refresh(server, client, got["refresh_token"]), "invalid_grant")
    refused(redeem(server, client, *waiting), "invalid_grant")
    assert userinfo(server, others["access_token"]).status_code == 200
    again = user.call("DELETE", path)
    assert again.status_code == 404 and again.json() == {"detail": "授权不存在"}
    assert "oauth_authorization.revoke" in audit(server)


# Clients

def test_registering_clients(server):
    rpc, admin = Rpc(server), server.admin_token()
    service = "csa.admin.v1.OAuthClientAdminService"
    made = make_client(server, name="报表助手", grant_types=ALL_GRANTS)
    assert set(made) >= {"id", "client_id", "client_secret", "client_name", "redirect_uris", "scopes", "grant_types", "response_types",
                         "is_active", "created_at"}
    assert len(made["client_secret"]) == 43 and made["response_types"] == ["code"] and made["is_active"]
    listed = rpc.call(service, "ListOAuthClients", {"limit": 1}, admin)
    assert listed["items"][0]["client_id"] == made["client_id"] and not listed["items"][0].get("client_secret")
    assert "client_secret" not in make_client(server, public=True)
    assert "oauth_client.create" in audit(server)
    user = server.register()
    assert rpc.code(service, "ListOAuthClients", {}, token=user.token)[0] == "PERMISSION_DENIED"


def test_a_deleted_client_is_gone_with_what_it_was_granted(server, user):
    client, other = make_client(server, grant_types=ALL_GRANTS), make_client(server, grant_types=ALL_GRANTS)
    waiting, got = code(server, user, client), tokens(server, user, client)
    rpc, admin, service = Rpc(server), server.admin_token(), "csa.admin.v1.OAuthClientAdminService"
    listed = lambda: [a["client_id"] for a in user.call("GET", "/api/oauth/authorizations").json()["items"]]  # noqa: E731
    assert client["client_id"] in listed()
    assert rpc.call(service, "DeleteOAuthClient", {"client_id": client["client_id"]}, admin) == {}
    refused(redeem(server, client, *waiting), "invalid_client", 401)
    refused(refresh(server, client, got["refresh_token"]), "invalid_client", 401)
    assert introspect(server, other, got["access_token"]) == {"active": False}
    assert userinfo(server, got["access_token"]).status_code == 401
    assert client["client_id"] not in listed()
    assert client["client_id"] not in [c["client_id"] for c in rpc.call(service, "ListOAuthClients", {"limit": 100}, admin)["items"]]
    assert rpc.code(service, "DeleteOAuthClient", {"client_id": client["client_id"]}, token=admin) == ("NOT_FOUND", "客户端不存在")
    assert rpc.code(service, "DeleteOAuthClient", {"client_id": other["client_id"]}, token=user.token)[0] == "PERMISSION_DENIED"
    assert "oauth_client.delete" in audit(server)


def test_a_rotated_client_secret_replaces_the_old_one_and_keeps_tokens(server, user):
    client = make_client(server, grant_types=ALL_GRANTS)
    got = tokens(server, user, client)
    rpc, admin, service = Rpc(server), server.admin_token(), "csa.admin.v1.OAuthClientAdminService"
    rotated = rpc.call(service, "RotateOAuthClientSecret", {"client_id": client["client_id"]}, admin)
    assert len(rotated["client_secret"]) == 43 and rotated["client_secret"] != client["client_secret"]
    refused(refresh(server, client, got["refresh_token"]), "invalid_client", 401)
    assert userinfo(server, got["access_token"]).status_code == 200
    assert refresh(server, rotated, got["refresh_token"]).status_code == 200
    public = make_client(server, public=True)
    assert rpc.code(service, "RotateOAuthClientSecret", {"client_id": public["client_id"]}, token=admin) == ("FAILED_PRECONDITION", "公开客户端没有密钥")
    assert rpc.code(service, "RotateOAuthClientSecret", {"client_id": "0" * 24}, token=admin) == ("NOT_FOUND", "客户端不存在")
    assert "oauth_client.rotate_secret" in audit(server)


@pytest.mark.parametrize("change", [
    {"client_name": ""}, {"client_name": "x" * 101}, {"redirect_uris": ["http://client.example.com/"]}, {"redirect_uris": ["https://a.example/#x"]},
    {"redirect_uris": ["javascript:alert(1)"]}, {"redirect_uris": []}, {"scopes": ["a b"]}, {"scopes": [""]}, {"grant_types": []},
    {"grant_types": ["password"]}, {"public": True, "grant_types": ["client_credentials"]}, {"id_token_signed_response_alg": "none"},
    {"id_token_signed_response_alg": "HS256"},
])
def test_bad_registrations(server, change):
    whole = {"client_name": "x", "redirect_uris": [CALLBACK], "scopes": ["openid"], "grant_types": ["authorization_code"], **change}
    with pytest.raises(grpc.RpcError) as error:
        Rpc(server).call("csa.admin.v1.OAuthClientAdminService", "CreateOAuthClient", whole, server.admin_token())
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT and error.value.details()


# Guessing is slowed and logged; nothing secret is written down

def test_guessing_is_slowed_and_logged_and_secrets_stay_out_of_log_and_database(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        user, client = server.register(), make_client(server)
        text, verifier = code(server, user, client)
        got = redeem(server, client, text, verifier).json()
        statuses = [token(server, client, auth=(client["client_id"], f"wrong-{n}"), grant_type="refresh_token").status_code for n in range(25)]
        assert statuses[:20] == [401] * 20 and statuses[20:] == [429] * 5
        last = token(server, client, grant_type="refresh_token", refresh_token=got["refresh_token"])
        assert last.status_code == 429 and int(last.headers["retry-after"]) > 0 and last.json()["error"] == "temporarily_unavailable"
        server.stop()
        log = server.log.read_text()
        assert "client authentication refused" in log
        stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir() if path.name.startswith("weft.db"))
        for secret in (client["client_secret"], text, verifier, got["access_token"], got["refresh_token"], got["id_token"], "wrong-1"):
            assert secret not in log and secret.encode() not in stored
        assert b"PRIVATE" not in log.encode()


def test_users_who_stayed_away_do_not_lock_their_client_out(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        client, public = make_client(server), make_client(server, public=True)
        for _ in range(30):
            refused(refresh(server, client, secrets.token_urlsafe(32)), "invalid_grant")
        # Anybody can name a public client; a user of it at another address is not touched.
        statuses = [refresh(server, public, secrets.token_urlsafe(32)).status_code for _ in range(25)]
        assert statuses == [400] * 20 + [429] * 5


def test_the_same_over_rpc(server, user, client):
    """An internal service may speak gRPC: the same names, the error's in ErrorInfo's metadata."""
    rpc = Rpc(server)
    got = rpc.call("csa.v1.OAuthService", "IssueToken", {"grant_type": "client_credentials", "client_id": client["client_id"],
                                                         "client_secret": client["client_secret"]})
    assert got["token_type"] == "Bearer" and got["access_token"]
    status = rpc.code("csa.v1.OAuthService", "IssueToken", {"grant_type": "x", "client_id": client["client_id"],
                                                            "client_secret": client["client_secret"]})
    assert status == ("FAILED_PRECONDITION", "不支持的授权类型")
