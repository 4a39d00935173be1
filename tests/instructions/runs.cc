// Fixed small runs whose instructions are counted under callgrind: see gate.py.
//
//   instruction_runs NAME     does one of them
//   instruction_runs --about  their names, and what counts depend on besides the sources, as JSON
//   instruction_runs --has-avx2  ends with 0 if the processor has it, as it is shown; 77 else
//
// Each run makes everything ready, does once what is to be counted so that it meets no first time,
// and then does it again within `counted_part`, the only function in which callgrind counts. One
// thread, AVX2, data that are made here: nothing is taken from the machine.
#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "cpu/isa.h"
#include "data/pictures/idx.h"
#include "data/tables/csv.h"
#include "lithe/error.h"
#include "lithe/predictor.h"
#include "lithe/trainer.h"

// Found by its name in the program's symbols. What follows the call keeps it from becoming a jump,
// which would leave the function before the work is done.
extern "C" [[gnu::noinline]] void counted_part(const std::function<void()>& work) {
  work();
  asm volatile("" ::: "memory");
}

namespace lithe {
namespace {

using Work = std::function<void()>;
constexpr const char* kIsa = "avx2";
constexpr const char* kSeed = "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)";

// Images as sparse as handwriting, 28x28: grey within a frame of zeros, a third of it there.
struct Digits {
  static constexpr std::size_t kSide = 28, kFrame = 4;

  explicit Digits(std::size_t rows) : pixels(rows * kSide * kSide), labels(rows) {
    base::Rng random(1, 1);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::size_t x = i % kSide, y = i / kSide % kSide;
      const bool frame = std::min(x, y) < kFrame || std::max(x, y) >= kSide - kFrame;
      const std::uint32_t drawn = random.below(3 * 256);
      pixels[i] = frame || drawn > 255 ? 0 : static_cast<std::uint8_t>(drawn);
    }
    for (std::size_t i = 0; i < rows; ++i) labels[i] = static_cast<std::int32_t>(i % 10);
    examples.features = {pixels.data(), ElementType::uint8, rows,
                         kSide * kSide, kSide * kSide,      255};
    examples.labels = labels.data();
    examples.classes = 10;
  }

  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  Examples examples;
};

// An epoch, and the answers to as many examples as were learned from.
Work training(const char* network, Precision precision, std::size_t examples,
              TrainOptions options) {
  options.threads = 1, options.isa = kIsa;
  auto digits = std::make_shared<Digits>(examples);
  auto model = std::make_shared<Model>(Network::parse(network), precision, 1, Preprocessing{255});
  auto trainer =
      std::make_shared<Trainer>(*model, digits->examples, digits->examples, std::move(options));
  return [digits, model, trainer] { trainer->run_epoch(); };
}

Work seed(Precision precision) {
  return training(kSeed, precision, 300, {.optimizer = "sgd(1.25)", .batch = 10});
}

// The networks that benchmarks have, smaller: emulated, a step takes a hundred times as long.
Work deep() {
  return training("input(784) -> repeat(3, dense(100, elu) -> batch_norm) -> dense(10)",
                  Precision::float32, 60,
                  {.loss = "cross_entropy", .optimizer = "adam(0.001)", .batch = 20});
}

Work convolution() {
  return training(
      "input(28x28) -> conv2d(6, 5x5, relu) -> max_pool -> conv2d(16, 5x5, relu) -> max_pool -> "
      "flatten -> dense(84, relu) -> dense(10)",
      Precision::float32, 12, {.loss = "cross_entropy", .optimizer = "adam(0.001)", .batch = 4});
}

Work prediction() {
  constexpr std::size_t kCalls = 200;
  auto digits = std::make_shared<Digits>(kCalls);
  auto inputs = std::make_shared<std::vector<float>>(digits->pixels.begin(), digits->pixels.end());
  auto model =
      std::make_shared<Model>(Network::parse(kSeed), Precision::float32, 1, Preprocessing{255});
  auto predictor = std::make_shared<Predictor>(*model, 1, kIsa);
  return [=] {
    for (std::size_t i = 0; i < kCalls; ++i)
      predictor->run(std::span(*inputs).subspan(i * 784, 784));
  };
}

// Numbers of many lengths, a column of texts, and classes.
Work table() {
  auto text = std::make_shared<std::string>("width,height,colour,weight,age,kind\n");
  base::Rng random(1, 2);
  for (int row = 0; row < 1000; ++row)
    *text += fmt::format("{:.4f},{:.2f},{},{},{:.6g},{}\n", random.uniform(),
                         100 * random.uniform(), row % 2 == 0 ? "red" : "\"light, green\"",
                         random.below(100000), random.normal(), row % 3 == 0 ? "plum" : "melon");
  TableOptions options;
  options.test_share = 0;
  return [=] { data::parse_csv(*text, "table.csv", options); };
}

Work images_file() {
  constexpr std::size_t kRows = 500, kSide = 28;
  constexpr std::array<std::uint8_t, 16> kHeader{0, 0, 8, 3,     0, 0, kRows / 256, kRows % 256,
                                                 0, 0, 0, kSide, 0, 0, 0,           kSide};
  auto file = std::make_shared<std::vector<std::uint8_t>>(kHeader.size() + kRows * kSide * kSide);
  std::copy(kHeader.begin(), kHeader.end(), file->begin());
  return [=] { data::parse_idx(*file, data::IdxKind::images, "images"); };
}

struct Run {
  std::string_view name;
  Work (*prepare)();
};

constexpr std::array kRuns{
    Run{"seed-float32", [] { return seed(Precision::float32); }},
    Run{"seed-float64", [] { return seed(Precision::float64); }},
    Run{"deep-adam-batch-norm", deep},
    Run{"convolution-pooling", convolution},
    Run{"prediction", prediction},
    Run{"csv", table},
    Run{"idx", images_file},
};

int about() {
  nlohmann::json runs = nlohmann::json::array();
  for (const Run& run : kRuns) runs.push_back(run.name);
  const nlohmann::json depends = {
#if defined(__clang__)
    {"compiler", "Clang " __clang_version__},
#else
    {"compiler", "GCC " __VERSION__},
#endif
    {"flags", LITHE_FLAGS},
    {"highway", LITHE_HIGHWAY},
    {"libc", gnu_get_libc_version()},
  };
  fmt::print("{}\n", nlohmann::json{{"runs", runs}, {"depends", depends}}.dump());
  return 0;
}

int main(std::string_view name) {
  if (name == "--about") return about();
  if (name == "--has-avx2") return cpu::supported(cpu::Isa::avx2) ? 0 : 77;
  for (const Run& run : kRuns) {
    if (run.name != name) continue;
    const Work work = run.prepare();
    work();
    counted_part(work);
    return 0;
  }
  fmt::print(stderr, "There is no run '{}'\n", name);
  return 2;
}

}  // namespace
}  // namespace lithe

int main(int count, char** arguments) {
  try {
    return lithe::main(count == 2 ? arguments[1] : "");
  } catch (const lithe::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
