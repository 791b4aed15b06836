export class Pxe { next() { return false } opened = 0 }
