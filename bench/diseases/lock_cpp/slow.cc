// Counts pairs of words by two threads: co-occurrences for word vectors.
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr std::uint32_t kWords = 2000;
constexpr std::size_t kTokens = 4'500'000;

class Counts {
 public:
  void add(std::uint32_t word, std::uint32_t context, float weight) {
    const std::lock_guard<std::mutex> guard(mutex_);
    values_[word * kWords + context] += weight;
  }

  double total() const {
    double sum = 0;
    for (float value : values_) sum += value;
    return sum;
  }

 private:
  std::mutex mutex_;
  std::vector<float> values_ = std::vector<float>(kWords * kWords);
};

void count(const std::vector<std::uint32_t>& text, std::size_t begin, std::size_t end,
           Counts& counts) {
  for (std::size_t i = begin; i + 4 < end; ++i)
    for (std::size_t distance = 1; distance <= 4; ++distance)
      counts.add(text[i], text[i + distance], 1.0F / static_cast<float>(distance));
}

}  // namespace

int main() {
  std::mt19937 random(16);
  std::vector<std::uint32_t> text(kTokens);
  for (std::uint32_t& word : text) word = (random() % kWords) * (random() % kWords) / kWords;
  for (int epoch = 1; epoch <= 6; ++epoch) {
    Counts counts;
    std::thread other([&] { count(text, 0, kTokens / 2, counts); });
    count(text, kTokens / 2, kTokens, counts);
    other.join();
    std::printf("epoch %d pairs %.0f\n", epoch, counts.total());
    std::fflush(stdout);
  }
}
