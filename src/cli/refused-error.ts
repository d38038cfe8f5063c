/** The words made sense and what they ask for is refused: exit code 1. Its message is what the operator reads. */
export class RefusedError extends Error {}
