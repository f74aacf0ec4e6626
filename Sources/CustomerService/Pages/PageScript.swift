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
          // Passkeys that no authenticator finds by itself are listed for an address, if one was typed.
          const email = document.getElementById("email")?.value.trim();
          const query = email ? "?email=" + encodeURIComponent(email) : "";
          const answer = await fetch(form.dataset.passkey + query, { headers: { accept: "application/json" } });
          if (!answer.ok) throw new Error(String(answer.status));
          const options = await answer.json();
          options.challenge = bytes(options.challenge);
          for (const known of options.allowCredentials || []) known.id = bytes(known.id);
          const { rawId, response } = await navigator.credentials.get({ publicKey: options });
          const fields = form.elements;
          fields.credential_id.value = text(rawId);
          fields.client_data_json.value = text(response.clientDataJSON);
          fields.authenticator_data.value = text(response.authenticatorData);
          fields.signature.value = text(response.signature);
          fields.user_handle.value = response.userHandle ? text(response.userHandle) : "";
          form.submit();
        } catch (error) {
          message.textContent = form.dataset.failed;
          button.disabled = false;
        }
      });
    })();

    """
}
