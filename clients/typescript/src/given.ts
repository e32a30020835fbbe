const mostShown = 100;

/** What a caller gave, as an error message shows it: texts are cut, and what is neither text nor number is told by its kind. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.length > mostShown ? `${value.slice(0, mostShown)}...` : value}'`;
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : `${/^[AEIO]/.test(kindOf(value)) ? 'an' : 'a'} ${kindOf(value)}`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
      return String(value);
  }
}

/** The kind of an object by its own word, which holds too for objects of another window or context, where instanceof does not. */
export function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Whether something is an object of names and values, and not, say, bytes or an AbortSignal in its place. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && kindOf(value) === 'Object';
}

/** "a, b or c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
