/** Longest wait that a timer of JavaScript keeps, almost 25 days; it takes a longer one for none at all. */
export const longestTimer = 2 ** 31 - 1;

/** Calls back after a time, and never where no timer can keep it. The result stops it. */
export function after(milliseconds: number, action: () => void): () => void {
  if (milliseconds > longestTimer) {
    return () => undefined;
  }
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}
