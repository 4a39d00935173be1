#include "blas/trial.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/child.h"
#include "blas/elf.h"
#include "blas/library.h"
#include "cpu/load.h"
#include "lithe/error.h"

namespace lithe::blas {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Large enough for a library's best kernels, and small enough that one product of the reference, at
// about 2 GFLOP/s, takes 0.1 s.
constexpr std::int64_t kRows = 480;
constexpr double kEach = 0.06;  // seconds of the processor for each precision
constexpr double kMost = 0.5;   // by the clock

// Processor time, which other programs do not affect, or wall time where the library uses threads
// that could not be switched off.
class Stopwatch {
 public:
  double seconds() const {
    return std::min(by_clock(), cpu::processor_seconds(kClock) - processor_);
  }
  double by_clock() const { return Seconds(Clock::now() - start_).count(); }

 private:
  static constexpr clockid_t kClock = CLOCK_PROCESS_CPUTIME_ID;
  Clock::time_point start_ = Clock::now();
  double processor_ = cpu::processor_seconds(kClock);
};

// The best of all products within the time, of which there are at least two.
template <typename T>
double rate(const BlasHandle& blas) {
  const auto size = static_cast<std::size_t>(kRows * kRows);
  std::vector<T> a(size), b(size), c(size);
  for (std::size_t i = 0; i < size; ++i) {
    a[i] = static_cast<T>(i % 17) / 17;
    b[i] = static_cast<T>(i % 19) / 19;
  }
  constexpr double kOperations = 2.0 * kRows * kRows * kRows;
  double best = 0;
  const Stopwatch all;
  for (int round = 0; round < 2 || (all.seconds() < kEach && all.by_clock() < kMost); ++round) {
    const Stopwatch one;
    blas.gemm({.m = kRows,
               .n = kRows,
               .k = kRows,
               .a = a.data(),
               .lda = kRows,
               .b = b.data(),
               .ldb = kRows,
               .c = c.data(),
               .ldc = kRows});
    best = std::max(best, kOperations / one.seconds());
  }
  return best;
}

// In the child.
std::string run_trial(const std::filesystem::path& path, const BlasTrial& trial) {
  try {
    for (const auto& [name, value] : trial.variables)
      value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
    BlasHandle blas(path);
    const BlasFacts& facts = blas.facts();
    Json answer = {{"kind", facts.kind},
                   {"version", facts.version},
                   {"core", facts.core},
                   {"integer_bits", facts.integer_bits},
                   {"threads", facts.threads}};
    blas.use_threads(1);
    if (trial.measure) {
      answer["flops_float32"] = rate<float>(blas);
      answer["flops_float64"] = rate<double>(blas);
    }
    return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Error& error) {
    return Json{{"problem", error.problem()}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

BlasLibrary try_blas(const std::filesystem::path& path, const BlasTrial& trial) {
  BlasLibrary blas;
  blas.path = path.string();
  blas.problem = library_problem(path);
  if (!blas.problem.empty()) return blas;
  const base::ChildAnswer answer =
      base::run_in_child([&] { return run_trial(path, trial); }, trial.limit);
  blas.problem = answer.problem;
  if (!blas.problem.empty()) return blas;
  try {
    const Json json = Json::parse(answer.text);
    blas.problem = json.value("problem", "");
    blas.kind = json.value("kind", "");
    blas.version = json.value("version", "");
    blas.core = json.value("core", "");
    blas.integer_bits = json.value("integer_bits", 0);
    blas.threads = json.value("threads", 0);
    blas.flops_float32 = json.value("flops_float32", 0.0);
    blas.flops_float64 = json.value("flops_float64", 0.0);
  } catch (const Json::exception&) {
    blas.problem = "ended the program before it could answer";
  }
  return blas;
}

}  // namespace lithe::blas
