/** Room between two tiles, in pixels; the style sheet has the same. */
const gap = 12;
const largestTile = 420;
const smallestTile = 136;
/** Part of the window's height that tiles may take, so that what belongs to them stays in sight. */
const heightShare = 0.75;
/** What another row costs: tiles beside each other are easier to compare. */
const rowPenalty = 0.04;

/** How many columns show a number of square tiles largest, without leaving the window empty or running out of it. */
export function columnsFor(count: number, width: number, windowHeight: number): { columns: number; tile: number } {
  let best = { columns: 1, tile: 0, score: -1 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = Math.max(smallestTile, (windowHeight * heightShare - gap * (rows - 1)) / rows);
    const tile = Math.floor(Math.min(byWidth, byHeight, largestTile));
    const score = tile * (1 - rowPenalty * (rows - 1));
    if (score > best.score) {
      best = { columns, tile, score };
    }
  }
  return { columns: best.columns, tile: best.tile };
}

/** Lays the tiles of a list out by their number and the room there is, now and whenever that changes. */
export function layTiles(list: HTMLElement): () => void {
  const lay = () => {
    const { columns, tile } = columnsFor(list.childElementCount, list.clientWidth, innerHeight);
    list.style.setProperty('--columns', String(columns));
    list.style.setProperty('--tile', `${Math.max(tile, 1)}px`);
  };
  new ResizeObserver(lay).observe(list);
  addEventListener('resize', lay);
  return lay;
}
