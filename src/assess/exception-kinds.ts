import { nearest } from '../catalog/nearest.ts';
import { type Site, SiteError } from '../site/index.ts';
import { KINDS } from './kinds.ts';

/** @throws SiteError where an exception names a kind of finding that there is none of: it would never cover anything */
export function checkExceptionKinds(site: Site): void {
  const known = KINDS.map(({ meta }) => meta.id);
  const problems = site.model.exceptions.flatMap(({ id, kinds }) =>
    kinds
      .filter((kind) => !known.includes(kind))
      .map((kind) => {
        const near = nearest(kind, known);
        const hint = near === undefined ? "'pcapcheck explain' lists them" : `did you mean '${near}'?`;
        const { line, column } = site.model.places.get(`exception:${id}`) ?? { line: null, column: null };
        return { line, column, message: `no kind of finding is called '${kind}', ${hint}` };
      }),
  );
  if (problems.length > 0) throw new SiteError('invalid', site.path, problems);
}
