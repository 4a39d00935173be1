// A program with known hot lines: what it does is its first argument.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Numbers {
  std::vector<float> x = std::vector<float>(4096, 1.0F), y = std::vector<float>(4096, 2.0F);
};

void scale(Numbers& numbers) {
  float* y = numbers.y.data();
  const float* x = numbers.x.data();
  for (std::size_t i = 0; i < 4096; ++i) y[i] += x[i] * 1.5F;  // the line "scale"
}

// What a compiler cannot see through.
void (*volatile work)(Numbers&) = scale;

void copy_bytes(std::vector<char>& to, const std::vector<char>& from) {
  std::memcpy(to.data(), from.data(), from.size());  // the line "copy"
}

}  // namespace

int main(int count, char** values) {
  const std::string what = count > 1 ? values[1] : "";
  const double until = processor_seconds() + (count > 2 ? std::atof(values[2]) : 1);
  Numbers numbers;
  if (what == "scale")
    while (processor_seconds() < until)
      for (int i = 0; i < 200; ++i) work(numbers);
  if (what == "copy") {
    std::vector<char> from(32 << 20, 'a'), to(from.size());
    while (processor_seconds() < until) copy_bytes(to, from);
  }
  if (what == "sleep") ::usleep(1'200'000);  // the line "sleep"
  return static_cast<int>(numbers.y[7]) & 1;
}
