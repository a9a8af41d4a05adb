#include <cstdio>

int main() {
  std::puts("puente " PUENTE_VERSION);
  return 0;
}
