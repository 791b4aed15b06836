/** Whom root becomes where rights matter: `nobody` on most systems. */
const NOBODY = 65534;

/** Runs something as a user to whom permissions apply; root steps down for as long as it takes. */
export async function unprivileged<T>(action: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
