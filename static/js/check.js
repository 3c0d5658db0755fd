// Looks at the text a moment after the last key: what the server finds stands beside it; a place leads into the text.
const PAUSE = 250;

export default function check(panel) {
  const source = document.getElementById(panel.dataset.for);
  const token = source.form.elements.csrf_token;
  let timer = 0;
  let asked = null;

  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    panel.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams({ csrf_token: token.value, source: source.value });
      const answer = await fetch(panel.dataset.check, { method: "POST", body, signal: asked.signal });
      if (answer.ok && !answer.redirected) show((await answer.json()).html);
    } catch {
      // a newer text is on its way, or the line is down: what stands there stays
    }
    panel.setAttribute("aria-busy", "false");
  };

  const show = (text) => {
    const open = new Set([...panel.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
    panel.innerHTML = text;
    for (const summary of panel.querySelectorAll("details > summary")) {
      if (open.has(summary.textContent)) summary.parentElement.open = true;
    }
  };

  // columns count characters as people do; the browser counts some of them twice
  const place = (line, column) => {
    const lines = source.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  };

  panel.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const at = place(Number(link.dataset.line), Number(link.dataset.column));
    source.focus();
    source.setSelectionRange(at, at);
  });
  source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
}
