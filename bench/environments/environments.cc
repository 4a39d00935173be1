// Steps a second of the environments alone, on one thread: actions drawn beforehand, observations,
// rewards and flags written to arrays, episodes begun anew as they end.
//
//   bench_environments [--count 256] [--seconds 0.5] [--rounds 5] [--json] [ENVIRONMENT ...]
//
// Prints the best and the median of the rounds, in million steps a second of processor time; as
// JSON, in steps a second.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lithe/environment.h"

namespace {

constexpr std::size_t kActionSets = 64;

// Of this thread: what others take of the core does not count.
double processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Bench {
  Bench(const std::string& sentence, std::size_t count)
      : all(lithe::Environments::make(sentence, {.count = count, .seed = 1})),
        values(all.spaces().low.size()),
        stride((values + 15) / 16 * 16),
        seen(count * stride),
        rewards(count),
        numbers(kActionSets * count),
        terminated(count),
        truncated(count),
        choices(kActionSets * count) {
    std::uint32_t word = 12345;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      word = word * 1664525 + 1013904223;
      choices[i] =
          static_cast<std::int32_t>((word >> 16) % std::max<std::size_t>(all.spaces().choices, 1));
      numbers[i] = static_cast<float>(word >> 16) / 32768 - 1;
    }
    all.reset({seen.data(), stride});
  }

  // Million steps a second of the processor's time.
  double run(double seconds) {
    const double start = processor_time();
    std::size_t steps = 0;
    double passed = 0;
    while (passed < seconds) {
      for (std::size_t set = 0; set < kActionSets; ++set)
        all.step({choices.data() + set * all.size(), numbers.data() + set * all.size(), 1},
                 {{seen.data(), stride}, rewards.data(), terminated.data(), truncated.data()});
      steps += kActionSets * all.size();
      passed = processor_time() - start;
    }
    return static_cast<double>(steps) / passed * 1e-6;
  }

  lithe::Environments all;
  std::size_t values, stride;
  std::vector<float> seen, rewards, numbers;
  std::vector<std::uint8_t> terminated, truncated;
  std::vector<std::int32_t> choices;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Steps a second of the environments alone, on one thread.");
  std::size_t count = 256, rounds = 5;
  double seconds = 0.5;
  bool as_json = false;
  std::vector<std::string> sentences;
  app.add_option("--count", count, "environments in lockstep")->capture_default_str();
  app.add_option("--rounds", rounds, "of each")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--seconds", seconds, "of processor time a round")->capture_default_str();
  app.add_flag("--json", as_json, "print one JSON object");
  app.add_option("environments", sentences, "sentences; all that Lithe brings where none is given");
  CLI11_PARSE(app, argc, argv);
  if (sentences.empty()) {
    for (const auto& info : lithe::environment_infos()) sentences.push_back(info.name);
    sentences.push_back("snake(observation=features)");
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!as_json) fmt::print("{:34} {:>10} {:>10}\n", "million steps a second", "best", "median");
  for (const std::string& sentence : sentences) {
    Bench bench(sentence, count);
    std::vector<double> figures;
    for (std::size_t round = 0; round < rounds; ++round) figures.push_back(bench.run(seconds));
    std::sort(figures.begin(), figures.end());
    const double best = figures.back(), median = figures[figures.size() / 2];
    json[bench.all.name()] = {{"best", 1e6 * best}, {"median", 1e6 * median}};
    if (!as_json) fmt::print("{:34} {:10.2f} {:10.2f}\n", bench.all.name(), best, median);
  }
  if (as_json) fmt::print("{}\n", json.dump(2));
}
