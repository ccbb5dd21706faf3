type Node = {
  readonly words: Map<string, Node>;
  parameter: Node | null;
  rest: string | null;
  path: string | null;
};

/**
 * Creates a function that finds the pattern of a path, such as `/orders/:id`; null if no route has it. A log names the
 * pattern, because a path may hold what only its caller should know.
 */
export const createRoutePattern = (
  routes: readonly { readonly path: string }[],
): ((path: string) => string | null) => {
  const root = emptyNode();
  for (const { path } of routes) addPattern(root, path);
  return (path) => find(root, segmentsOf(path), 0);
};

const emptyNode = (): Node => ({ words: new Map(), parameter: null, rest: null, path: null });

/** A path with a slash at its end has the route of the path without it. */
const segmentsOf = (path: string): readonly string[] => path.split('/').filter((segment) => segment !== '');

const addPattern = (root: Node, path: string): void => {
  let node = root;
  for (const segment of segmentsOf(path)) {
    if (segment === '*') {
      node.rest = path;
      return;
    }
    node = segment.startsWith(':') ? parameterOf(node) : wordOf(node, segment);
  }
  node.path = path;
};

const parameterOf = (node: Node): Node => {
  node.parameter ??= emptyNode();
  return node.parameter;
};

const wordOf = (node: Node, word: string): Node => {
  const next = node.words.get(word) ?? emptyNode();
  node.words.set(word, next);
  return next;
};

/** A word counts before a parameter in its place, as in the router. */
const find = (node: Node, segments: readonly string[], index: number): string | null => {
  const segment = segments[index];
  if (segment === undefined) return node.path ?? node.rest;
  const word = node.words.get(segment);
  return (
    (word === undefined ? null : find(word, segments, index + 1)) ??
    (node.parameter === null ? null : find(node.parameter, segments, index + 1)) ??
    node.rest
  );
};

/** The path of a URL, which `new URL` would parse in several times the time. */
export const pathOf = (url: string): string => {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.search(/[?#]/);
  return start < 0 ? '/' : url.slice(start, end < 0 ? undefined : end);
};
