// Shows the page again while something is being made, with growing pauses, for ten minutes at most.
export default function refresh() {
  const key = `refresh:${location.pathname}`;
  const count = Number(sessionStorage.getItem(key) || 0);
  if (count > 60) return;
  sessionStorage.setItem(key, String(count + 1));
  setTimeout(() => location.reload(), Math.min(2000 + count * 500, 15000));
}
