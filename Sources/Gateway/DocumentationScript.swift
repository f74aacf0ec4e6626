extension DocumentationPages {
  /// Starts Swagger UI, with a plugin for what it leaves out: the shell commands of each operation (`x-codeSamples`), with a button that copies them.
  ///
  /// The commands name the addresses that `weft serve` listens on by itself; the page puts in the one it was loaded from, and that host for gRPC.
  /// `persistAuthorization` stays off: a token does not belong into local storage.
  static let initScript = #"""
    "use strict";

    function commandHere(source) {
      const secure = location.protocol === "https:";
      return source
        .replaceAll("http://127.0.0.1:8000", location.origin)
        .replaceAll("127.0.0.1:50051", location.hostname + ":50051")
        .replace(/^weft call/, secure ? "weft call --tls" : "weft call");
    }

    // Without https there is no clipboard but on this machine itself; a selection can be copied everywhere.
    async function copyText(text, element) {
      if (navigator.clipboard) return navigator.clipboard.writeText(text);
      const range = document.createRange();
      range.selectNodeContents(element);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      document.execCommand("copy");
    }

    function CodeSamplesPlugin(system) {
      const React = system.React;
      const element = React.createElement;

      function CodeSample({ label, source }) {
        const code = React.useRef(null);
        const [isCopied, setCopied] = React.useState(false);
        const command = commandHere(source);
        async function copy() {
          await copyText(command, code.current);
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }
        return element("div", { className: "weft-sample" },
          element("div", { className: "weft-sample-head" },
            element("span", null, label),
            element("button", { type: "button", className: "btn weft-copy", onClick: copy, "aria-label": "Copy " + label }, isCopied ? "Copied" : "Copy")),
          element("pre", null, element("code", { ref: code }, command)));
      }

      function CodeSamples({ samples, path }) {
        const needsToken = samples.some((sample) => sample.source.includes("$TOKEN"));
        // Each application has tokens of its own.
        const login = path.startsWith("/api/v1/") ? "/api/v1/auth/login" : "/api/auth/login";
        return element("div", { className: "weft-samples" },
          element("div", { className: "opblock-section-header" }, element("h4", null, "From a shell")),
          needsToken ? element("p", { className: "weft-hint" }, "TOKEN is the access_token that POST " + login + " answers.") : null,
          samples.map((sample) => element(CodeSample, { key: sample.label, label: sample.label, source: sample.source })));
      }

      return {
        wrapComponents: {
          responses: (Original, system) => (props) => {
            const samples = system.specSelectors.specJson().getIn(["paths", props.path, props.method, "x-codeSamples"]);
            return element("div", null,
              samples ? element(CodeSamples, { samples: samples.toJS(), path: props.path }) : null,
              element(Original, props));
          },
        },
      };
    }

    window.ui = SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#swagger-ui",
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
      presets: [SwaggerUIBundle.presets.apis],
      plugins: [CodeSamplesPlugin],
      layout: "BaseLayout",
    });

    """#

  /// What the plugin adds to Swagger UI's style sheet.
  static let initStyle = """
    body { margin: 0; }
    .weft-samples { border-top: 1px solid rgba(59, 65, 81, 0.2); }
    .weft-samples .weft-hint { margin: 12px 20px 0; font: 14px sans-serif; color: #3b4151; }
    .weft-sample { margin: 12px 20px; }
    .weft-sample-head { display: flex; align-items: center; justify-content: space-between; font: 600 14px sans-serif; color: #3b4151; }
    .weft-sample pre { margin: 6px 0 0; padding: 12px; border-radius: 4px; background: #333; color: #fff; overflow-x: auto; }
    .weft-sample code { font: 13px/1.5 monospace; white-space: pre; }
    @media (max-width: 640px) {
      .swagger-ui .wrapper { padding: 0 10px; }
      .swagger-ui .opblock-tag { flex-wrap: wrap; font-size: 20px; }
      .swagger-ui .opblock-tag small { flex: 1 1 100%; order: 1; padding: 4px 0 0; }
      .swagger-ui .opblock-tag > a { flex: 1; min-width: 0; overflow-wrap: anywhere; }
    }

    """
}
