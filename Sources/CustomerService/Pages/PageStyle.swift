/// The style sheet of the pages, and their icon.
enum PageStyle {
  /// Colours stand on top, once for light and once for dark. Contrast of text is at least 4.5 to 1 and of what bounds a control 3 to 1
  /// (WCAG 2.2, 1.4.3 and 1.4.11); nothing is wider than a window of 320 pixels (1.4.10) and targets are at least 44 pixels high (2.5.5).
  static let text = """
    :root {
      color-scheme: light dark;
      --page: #f3f5f8;
      --card: #ffffff;
      --text: #171b23;
      --muted: #565f6e;
      --line: #e1e5eb;
      --edge: #818a99;
      --accent: #2450c8;
      --accent-strong: #1a3d9e;
      --on-accent: #ffffff;
      --tint: #eef2fd;
      --danger: #b3261e;
      --danger-tint: #fdf1f0;
      --good: #17663a;
      --shadow: 0 1px 2px rgb(23 27 35 / 5%), 0 12px 32px rgb(23 27 35 / 8%);
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #0e1117;
        --card: #171b23;
        --text: #e9ecf1;
        --muted: #a5aebc;
        --line: #2a313c;
        --edge: #717b8b;
        --accent: #9db9ff;
        --accent-strong: #c0d2ff;
        --on-accent: #0c1a3d;
        --tint: #1d2638;
        --danger: #ffa49b;
        --danger-tint: #2e1a1a;
        --good: #7fd6a2;
        --shadow: 0 0 0 1px #232a35;
      }
    }
    *, *::before, *::after { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0;
      min-height: 100vh;
      min-height: 100dvh;
      display: flex;
      flex-direction: column;
      align-items: center;
      padding: clamp(1rem, 6vh, 4rem) 1rem 2rem;
      background: var(--page);
      color: var(--text);
      font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
      overflow-wrap: anywhere;
    }
    h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
    h1 { font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
    h2 { font-size: 1rem; line-height: 1.5; font-weight: 650; }
    a { color: var(--accent); text-underline-offset: 0.2em; }
    a:hover { color: var(--accent-strong); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }

    .top { width: 100%; max-width: 27rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0 0.25rem 1rem; }
    .brand { display: flex; align-items: center; gap: 0.625rem; font-weight: 650; font-size: 1.0625rem; }
    .mark { flex: none; width: 1.75rem; height: 1.75rem; color: var(--accent); }
    .top nav { line-height: 1.2; }
    .quiet { display: inline-block; padding: 0.625rem 0.5rem; color: var(--muted); font-size: 0.9375rem; }
    .card {
      width: 100%;
      max-width: 27rem;
      padding: 2rem;
      background: var(--card);
      border-radius: 1rem;
      box-shadow: var(--shadow);
    }
    .card > * + * { margin-top: 1.5rem; }
    .lead { color: var(--muted); }
    h1 + .lead { margin-top: 0.375rem; }
    .lead strong { color: var(--text); font-weight: 600; }

    form { margin: 0; }
    .field + .field { margin-top: 1.125rem; }
    label { display: block; font-weight: 600; font-size: 0.9375rem; }
    input:not([type="hidden"]) {
      display: block;
      width: 100%;
      min-height: 3rem;
      margin-top: 0.375rem;
      padding: 0.625rem 0.875rem;
      font: inherit;
      color: var(--text);
      background: var(--card);
      border: 1px solid var(--edge);
      border-radius: 0.625rem;
    }
    input:focus-visible { outline-offset: 0; border-color: var(--accent); border-radius: 0.625rem; }
    input[aria-invalid="true"] { border: 2px solid var(--danger); }
    .hint, .problem { font-size: 0.875rem; }
    .hint { color: var(--muted); }
    .problem { color: var(--danger); font-weight: 600; }
    input[name="verification_code"] { font-variant-numeric: tabular-nums; letter-spacing: 0.35em; font-size: 1.25rem; }

    button, .button {
      display: flex;
      align-items: center;
      justify-content: center;
      width: 100%;
      min-height: 3rem;
      padding: 0.5rem 1rem;
      font: inherit;
      font-weight: 600;
      text-align: center;
      text-decoration: none;
      color: var(--text);
      background: transparent;
      border: 1px solid var(--edge);
      border-radius: 0.625rem;
      cursor: pointer;
    }
    button:hover, .button:hover { background: var(--tint); color: var(--text); }
    button:focus-visible, .button:focus-visible { border-radius: 0.625rem; }
    button.primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
    button.primary:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
    button.link {
      display: inline;
      width: auto;
      min-height: 0;
      padding: 0.625rem 0.25rem;
      font-weight: inherit;
      color: var(--accent);
      border: 0;
      text-decoration: underline;
      text-underline-offset: 0.2em;
    }
    button.link:hover { background: transparent; color: var(--accent-strong); }
    button[disabled] { opacity: 0.6; cursor: default; }
    .actions { display: grid; gap: 0.75rem; margin-top: 1.5rem; }
    .or { display: flex; align-items: center; gap: 0.75rem; color: var(--muted); font-size: 0.875rem; }
    .or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
    .others { display: grid; gap: 0.75rem; }
    .others > [hidden] { display: none; }

    .alert { padding: 0.875rem 1rem; background: var(--danger-tint); border-left: 4px solid var(--danger); border-radius: 0.5rem; }
    .alert h2 { color: var(--danger); }
    .alert ul { list-style: none; }
    .alert a { color: inherit; }

    .who { display: flex; align-items: flex-start; gap: 0.875rem; padding: 0.875rem; border: 1px solid var(--line); border-radius: 0.75rem; }
    .who .face {
      flex: none; width: 2.5rem; height: 2.5rem; display: grid; place-items: center;
      border-radius: 50%; background: var(--tint); color: var(--accent); font-weight: 650; text-transform: uppercase;
    }
    .who > div { min-width: 0; flex: 1; line-height: 1.4; }
    .who small { display: block; color: var(--muted); font-size: 0.875rem; }
    .who button.link { margin-bottom: -0.375rem; padding: 0.375rem 0; font-size: 0.9375rem; }
    .scopes { list-style: none; display: grid; gap: 0.875rem; margin-top: 0.75rem; }
    .scopes li { display: grid; grid-template-columns: 1.25rem 1fr; gap: 0.75rem; }
    .scopes li::before {
      content: ""; width: 0.5rem; height: 0.875rem; margin: 0.3125rem 0 0 0.3125rem;
      border: solid var(--good); border-width: 0 2px 2px 0; transform: rotate(40deg);
    }
    .scopes b { font-weight: 600; display: block; line-height: 1.45; }
    .scopes span { color: var(--muted); font-size: 0.875rem; display: block; line-height: 1.5; }
    .fine { color: var(--muted); font-size: 0.875rem; }
    .fine b { color: var(--text); font-weight: 600; }
    .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    code { font: 0.875em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
    bdi { unicode-bidi: isolate; }

    @media (max-width: 30rem) {
      body { padding-top: 1rem; }
      .card { padding: 1.5rem 1.25rem; }
    }
    @media (min-width: 30rem) {
      .actions.pair { grid-template-columns: 1fr 1fr; }
    }
    @media (forced-colors: active) {
      .card, button, .button { border: 1px solid; }
    }
    @media (prefers-reduced-motion: no-preference) {
      button, .button, a { transition: background-color 120ms, color 120ms, border-color 120ms; }
    }

    """

  static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M5 14.5a11 11 0 0 1 22 0z" fill="#2450c8"/>\
    <path d="M7.5 17.5h17a8.5 8.5 0 0 1-17 0z" fill="#2450c8" opacity=".45"/></svg>
    """
}
