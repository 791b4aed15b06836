/** Nothing to report at or above --fail-on. */
export const EXIT_CLEAN = 0;
/** Findings. */
export const EXIT_FINDINGS = 1;
/** The job could not be done; also where the topology is of another network, so that nothing was judged. */
export const EXIT_FAILED = 2;
