// Gradient boosting's first half: looks for the best split of a large table, feature by feature.
#include <cstdio>
#include <random>
#include <vector>

namespace {

constexpr std::size_t kRows = 1'000'000;
constexpr std::size_t kColumns = 48;

struct Table {
  std::vector<float> values = std::vector<float>(kRows * kColumns);
  std::vector<float> targets = std::vector<float>(kRows);
};

Table make_table() {
  std::mt19937 random(4);
  Table table;
  for (float& value : table.values) value = static_cast<float>(random() >> 8) * 0x1p-24F;
  for (std::size_t row = 0; row < kRows; ++row)
    table.targets[row] = table.values[row] > 0.3F ? 1.0F : 0.0F;
  return table;
}

float gain(const Table& table, std::size_t column, float threshold) {
  const float* values = table.values.data() + column * kRows;
  float sum = 0;
  float count = 0;
  for (std::size_t row = 0; row < kRows; row += 4) {
    const bool left = values[row] < threshold;
    sum += left ? table.targets[row] : 0;
    count += left ? 1.0F : 0.0F;
  }
  return count > 0 ? sum * sum / count : 0;
}

}  // namespace

int main() {
  const Table table = make_table();
  for (int epoch = 1; epoch <= 5; ++epoch) {
    float best = 0;
    for (std::size_t column = 0; column < 8; ++column) {
      const float found = gain(table, column, 0.1F * static_cast<float>(epoch));
      if (found > best) best = found;
    }
    std::printf("epoch %d gain %.1f\n", epoch, static_cast<double>(best));
    std::fflush(stdout);
  }
}
