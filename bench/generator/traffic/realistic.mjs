export class Realistic {
  next() {
    return false;
  }
  opened = 0;
}
