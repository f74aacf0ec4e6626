/// The one script of the pages: signing in with a passkey, which nothing but a script can start. Everything else works without it.
enum PageScript {
  /// Shows the form with `data-passkey` where the browser can do WebAuthn, and posts what the authenticator answered like any other form.
  static let text = """
    "use strict";
    (() => {
      const form = document.querySelector("form[data-passkey]");
      if (!form || !window.PublicKeyCredential) return;
      form.hidden = false;
      const button = form.querySelector("button");
      const message = form.querySelector("[role=status]");

      const bytes = (text) => {
        const plain = text.replace(/-/g, "+").replace(/_/g, "/");
        return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
      };
      const text = (buffer) =>
        btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");

      button.addEventListener("click", async () => {
        button.disabled = true;
        message.textContent = "";
        try {
          const answer = await fetch(form.dataset.passkey, { headers: { accept: "application/json" } });
          if (!answer.ok) throw new Error(String(answer.status));
          const options = await answer.json();
          options.challenge = bytes(options.challenge);
          for (const known of options.allowCredentials || []) known.id = bytes(known.id);
          const found = await navigator.credentials.get({ publicKey: options });
          form.elements.credential.value = JSON.stringify({
            id: found.id,
            rawId: text(found.rawId),
            type: found.type,
            response: {
              clientDataJSON: text(found.response.clientDataJSON),
              authenticatorData: text(found.response.authenticatorData),
              signature: text(found.response.signature),
              userHandle: found.response.userHandle ? text(found.response.userHandle) : undefined,
            },
          });
          form.submit();
        } catch (error) {
          message.textContent = form.dataset.failed;
          button.disabled = false;
        }
      });
    })();

    """
}
