// Writes the order in which epochs take their examples, for tests that replay them elsewhere:
//   print_order EXAMPLES SEED EPOCHS FILE        (little-endian uint32, epoch after epoch)
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "train/shuffle.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  std::vector<std::uint32_t> order(std::strtoull(argv[1], nullptr, 10));
  const std::size_t epochs = std::strtoull(argv[3], nullptr, 10);
  std::ofstream file(argv[4], std::ios::binary);
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    lithe::train::shuffle(order, std::strtoull(argv[2], nullptr, 10), epoch);
    file.write(reinterpret_cast<const char*>(order.data()),
               static_cast<std::streamsize>(order.size() * sizeof(order[0])));
  }
  return file.good() ? 0 : 1;
}
