/// `/dev/passkey`: signs in by password or passkey, registers passkeys, lists, names and deletes them, through the documented endpoints.
enum PasskeyPage {
  static let html = """
    <!doctype html>
    <html lang="zh-CN">
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>通行密钥 · Passkeys</title>
      <link rel="stylesheet" href="/dev/passkey.css">
      <link rel="icon" href="data:,">
    </head>
    <body>
      <header>
        <h1>通行密钥 <span lang="en">Passkeys</span></h1>
        <p>开发页面，仅在本机提供。<span lang="en">A page for development, served on this machine only.</span></p>
      </header>
      <p id="status" role="status" aria-live="polite"></p>
      <noscript><p>本页需要 JavaScript。<span lang="en">This page needs JavaScript.</span></p></noscript>
      <main>
        <section id="signed-out" aria-labelledby="sign-in-title">
          <h2 id="sign-in-title">登录 <span lang="en">Sign in</span></h2>
          <form id="password-form">
            <label for="email">邮箱 <span lang="en">E-mail</span></label>
            <input id="email" type="email" autocomplete="username webauthn" required>
            <label for="password">密码 <span lang="en">Password</span></label>
            <input id="password" type="password" autocomplete="current-password" required>
            <button id="password-button" type="submit">密码登录 <span lang="en">Sign in by password</span></button>
          </form>
          <div class="row">
            <button id="passkey-button" type="button">通行密钥登录 <span lang="en">Sign in by passkey</span></button>
            <button id="listed-button" type="button" class="quiet">用此邮箱的通行密钥 <span lang="en">By a passkey of this e-mail</span></button>
          </div>
        </section>
        <section id="signed-in" aria-labelledby="me-title" hidden>
          <h2 id="me-title">已登录 <span lang="en">Signed in</span></h2>
          <p><strong id="me"></strong></p>
          <form id="register-form">
            <label for="nickname">昵称（可选） <span lang="en">Nickname (optional)</span></label>
            <input id="nickname" maxlength="64" autocomplete="off">
            <label class="check"><input id="resident" type="checkbox"> 无需邮箱即可登录 <span lang="en">Discoverable: signs in without an e-mail</span></label>
            <label class="check"><input id="platform" type="checkbox"> 也可用本设备 <span lang="en">This device will do too</span></label>
            <button id="register-button" type="submit">注册通行密钥 <span lang="en">Register a passkey</span></button>
          </form>
          <h3>我的通行密钥 <span lang="en">My passkeys</span></h3>
          <ul id="passkeys"></ul>
          <div class="row">
            <button id="on-button" type="button" class="quiet">启用通行密钥登录 <span lang="en">Switch passkeys on</span></button>
            <button id="off-button" type="button" class="quiet">禁用 <span lang="en">Switch off</span></button>
            <button id="sign-out-button" type="button" class="quiet">退出 <span lang="en">Sign out</span></button>
          </div>
        </section>
      </main>
      <script src="/dev/passkey.js"></script>
    </body>
    </html>

    """

  static let styleSheet = """
    :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #fff; --back: #f4f6f9; --accent: #1f5fbf; --bad: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8ecf2; --soft: #a3aebd; --line: #3a4453; --paper: #1b222c; --back: #12171e; --accent: #7fb0ff; --bad: #ff8a80; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 24px 16px 48px; max-width: 640px; background: var(--back); color: var(--ink);
      font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    h1 { margin: 0; font-size: 26px; }
    h2 { margin: 0 0 12px; font-size: 20px; }
    h3 { margin: 24px 0 8px; font-size: 16px; }
    header p { margin: 4px 0 16px; color: var(--soft); }
    [lang=en] { color: var(--soft); font-size: .875em; font-weight: normal; }
    button [lang=en] { color: inherit; opacity: .85; }
    section { padding: 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); }
    form { display: grid; gap: 6px; }
    label { margin-top: 8px; }
    .check { display: block; }
    .check input { width: 18px; height: 18px; margin: 0 6px 0 0; vertical-align: -3px; }
    input:not([type=checkbox]) { width: 100%; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--back);
      color: inherit; font: inherit; }
    button { margin-top: 12px; padding: 10px 16px; border: 1px solid var(--accent); border-radius: 8px; background: var(--accent); color: var(--paper);
      font: inherit; cursor: pointer; }
    button.quiet { background: none; color: var(--accent); }
    button.small { margin-top: 0; padding: 4px 10px; font-size: 14px; }
    button.danger { border-color: var(--bad); color: var(--bad); }
    button:disabled { opacity: .5; cursor: default; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .row { display: flex; flex-wrap: wrap; gap: 0 12px; }
    #signed-out .row { display: grid; }
    ul { margin: 0; padding: 0; list-style: none; }
    li { padding: 12px 0; border-top: 1px solid var(--line); }
    li p { margin: 0 0 8px; color: var(--soft); font-size: 14px; overflow-wrap: anywhere; }
    li p strong { color: var(--ink); font-size: 16px; }
    li .row { gap: 8px; align-items: center; }
    li input:not([type=checkbox]) { width: 10em; padding: 4px 8px; font-size: 14px; }
    #status { min-height: 24px; margin: 0 0 12px; }
    #status.bad { color: var(--bad); }

    """

  /// The token stays in this script's memory: it does not outlive the page. Everything that a server said is written as text.
  static let script = """
    "use strict";
    const byId = (id) => document.getElementById(id);
    let token = null;

    async function call(method, path, body) {
      const headers = {};
      if (token) headers.authorization = "Bearer " + token;
      if (body) headers["content-type"] = "application/json";
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      if (answer.status === 204) return null;
      const value = await answer.json();
      if (!answer.ok) throw new Error(value.detail);
      return value;
    }

    function say(text, isBad) {
      byId("status").textContent = text;
      byId("status").className = isBad ? "bad" : "";
    }

    // One thing at a time; what goes wrong is said where it was asked for.
    async function run(work) {
      const buttons = [...document.querySelectorAll("button")].filter((button) => !button.disabled);
      for (const button of buttons) button.disabled = true;
      say("…");
      try {
        say(await work());
      } catch (error) {
        say(error.name === "Error" ? error.message : error.name + ": " + error.message, true);
      } finally {
        for (const button of buttons) button.disabled = false;
      }
    }

    async function show() {
      byId("signed-out").hidden = token !== null;
      byId("signed-in").hidden = token === null;
      if (!token) return;
      byId("me").textContent = (await call("GET", "/api/auth/me")).email;
      const passkeys = await call("GET", "/api/passkey/credentials");
      byId("passkeys").replaceChildren(...passkeys.map(row));
    }

    function row(passkey) {
      const item = document.createElement("li");
      item.dataset.id = passkey.id;
      const text = document.createElement("p");
      const name = document.createElement("strong");
      name.textContent = passkey.nickname || "—";
      const used = passkey.last_used_at ? new Date(passkey.last_used_at).toLocaleString() : "从未 never";
      text.append(name, passkey.is_primary ? " ★ 主 primary" : "", document.createElement("br"),
        `使用 used: ${used} · 计数 count: ${passkey.sign_count} · ${passkey.credential_id}`);
      const buttons = document.createElement("div");
      buttons.className = "row";
      const path = "/api/passkey/credentials/" + passkey.id;
      const nickname = document.createElement("input");
      nickname.maxLength = 64;
      nickname.value = passkey.nickname || "";
      nickname.setAttribute("aria-label", "新昵称 New nickname");
      buttons.append(
        nickname, button("改名 Rename", "rename", async () => (await call("PUT", path + "/nickname", { nickname: nickname.value })).message),
        button("设为主 Primary", "primary", async () => (await call("PUT", path + "/primary")).message),
        button("删除 Delete", "delete danger", async () => (await call("DELETE", path), "已删除 Deleted")));
      item.append(text, buttons);
      return item;
    }

    function button(text, classes, work) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "quiet small " + classes;
      made.textContent = text;
      made.addEventListener("click", () => run(async () => {
        const said = await work();
        await show();
        return said;
      }));
      return made;
    }

    function signedIn(answer) {
      token = answer.access_token;
      byId("password").value = "";
    }

    async function signInByPasskey(query) {
      const options = await call("GET", "/api/passkey/authentication-options" + query);
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const credential = await navigator.credentials.get({ publicKey });
      signedIn(await call("POST", "/api/passkey/authenticate", credential.toJSON()));
      await show();
      return "通行密钥登录成功 Signed in by passkey";
    }

    byId("password-form").addEventListener("submit", (event) => {
      event.preventDefault();
      run(async () => {
        signedIn(await call("POST", "/api/auth/login", { email: byId("email").value, password: byId("password").value }));
        await show();
        return "登录成功 Signed in";
      });
    });
    byId("passkey-button").addEventListener("click", () => run(() => signInByPasskey("")));
    byId("listed-button").addEventListener("click", () => run(() => signInByPasskey("?email=" + encodeURIComponent(byId("email").value))));

    byId("register-form").addEventListener("submit", (event) => {
      event.preventDefault();
      run(async () => {
        const options = await call("GET", "/api/passkey/registration-options");
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        if (byId("resident").checked) {
          publicKey.authenticatorSelection.requireResidentKey = true;
          publicKey.authenticatorSelection.residentKey = "required";
        }
        if (byId("platform").checked) delete publicKey.authenticatorSelection.authenticatorAttachment;
        const credential = await navigator.credentials.create({ publicKey });
        const answer = await call("POST", "/api/passkey/register", { ...credential.toJSON(), nickname: byId("nickname").value || null });
        byId("nickname").value = "";
        await show();
        return answer.message;
      });
    });
    for (const [id, enabled] of [["on-button", true], ["off-button", false]]) {
      byId(id).addEventListener("click", () => run(async () => (await call("PUT", "/api/passkey/toggle", { enabled })).message));
    }
    byId("sign-out-button").addEventListener("click", () => {
      token = null;
      byId("passkeys").replaceChildren();
      show();
      say("已退出 Signed out");
      byId("email").focus();
    });

    if (!window.PublicKeyCredential) say("此浏览器或页面不支持通行密钥 No passkeys here: use https or localhost", true);

    """
}
