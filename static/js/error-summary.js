// Takes the focus, so that keyboard and screen reader start where something is to be put right; its entries lead on.
export default function errorSummary(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    (target.matches("input, select, textarea, button") ? target : target.querySelector("input, select, textarea") ?? target).focus({ preventScroll: true });
  });
}
