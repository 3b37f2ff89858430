/** Least major version of Node that the packages this stands on support; package.json says it too. */
export const LEAST_NODE = 22;
