// What threads gain and cost, of a BLAS and of OpenMP.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/child.h"
#include "blas/library.h"
#include "doctor/trials.h"
#include "limits/probe.h"
#include "lithe/error.h"

namespace lithe::doctor {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Seconds that `work` takes by its number of threads. In turns, so that what disturbs one disturbs
// all; the best of each, since whatever else runs on the machine only makes it slower.
std::map<int, double> best_seconds(const std::set<int>& numbers,
                                   const std::function<void(int threads)>& prepare,
                                   const std::function<void(int threads)>& work) {
  constexpr double kMost = 0.3;
  constexpr int kEach = 4;
  std::map<int, double> best;
  const auto start = Clock::now();
  const auto late = [start] { return seconds_since(start) > kMost; };
  do {
    for (const int threads : numbers) {
      prepare(threads);
      if (!late()) work(threads);  // wakes the threads
      for (int i = 0; i == 0 || (i < kEach && !late()); ++i) {
        const auto begin = Clock::now();
        work(threads);
        const double seconds = seconds_since(begin);
        const auto at = best.try_emplace(threads, seconds).first;
        at->second = std::min(at->second, seconds);
      }
    }
  } while (!late());
  return best;
}

ProductTrial time_product(blas::BlasHandle& blas, ProductTrial trial, int by_default, int all) {
  const auto m = trial.rows, k = trial.inner, n = trial.columns;
  const auto size = [](int x, int y) { return static_cast<std::size_t>(x) * y; };
  std::vector<float> a(size(m, k), 0.5F), b(size(k, n), 0.25F), c(size(m, n));
  const auto seconds = best_seconds(
      {by_default, 1, all}, [&](int threads) { blas.use_threads(threads); },
      [&](int) {
        blas.gemm({.m = m,
                   .n = n,
                   .k = k,
                   .a = a.data(),
                   .lda = m,
                   .b = b.data(),
                   .ldb = k,
                   .c = c.data(),
                   .ldc = m});
      });
  trial.by_default = seconds.at(by_default);
  trial.one = seconds.at(1);
  trial.all = seconds.at(all);
  return trial;
}

std::string time_library(const std::filesystem::path& library, int processors) {
  try {
    blas::BlasHandle blas(library);
    const int by_default = std::max(blas.facts().threads, 1);
    const int all = blas.use_threads(processors) ? processors : 1;
    Json answer = {{"by_default", by_default}, {"all", all}, {"products", Json::array()}};
    // The first layer of the textbook's network on a batch of 10, and a layer of a wide one.
    for (const ProductTrial& size : {ProductTrial{10, 784, 30}, ProductTrial{128, 1024, 1024}}) {
      const ProductTrial trial = time_product(blas, size, by_default, all);
      answer["products"].push_back(
          {trial.rows, trial.inner, trial.columns, trial.by_default, trial.one, trial.all});
    }
    return answer.dump();
  } catch (const Error& error) {
    return Json{{"problem", error.problem()}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

// GCC's OpenMP, by the functions that its compiler calls.
struct OpenMp {
  void (*parallel)(void (*)(void*), void*, unsigned threads, unsigned flags) = nullptr;
  int (*most_threads)() = nullptr;
  int (*threads)() = nullptr;
};

struct Region {
  const OpenMp* openmp;
  const limits::Probes* probes;
  std::size_t rounds;  // of all threads together
};

void part_of(void* data) {
  const auto& region = *static_cast<const Region*>(data);
  const auto threads = static_cast<std::size_t>(std::max(region.openmp->threads(), 1));
  region.probes->multiply_add_float32(region.rounds / threads);
}

std::string time_openmp(int processors, const char* name) {
  void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  OpenMp openmp;
  if (library != nullptr) {
    openmp.parallel =
        reinterpret_cast<decltype(openmp.parallel)>(::dlsym(library, "GOMP_parallel"));
    openmp.most_threads = reinterpret_cast<int (*)()>(::dlsym(library, "omp_get_max_threads"));
    openmp.threads = reinterpret_cast<int (*)()>(::dlsym(library, "omp_get_num_threads"));
  }
  if (openmp.parallel == nullptr || openmp.most_threads == nullptr || openmp.threads == nullptr)
    return Json{{"problem", "GCC's OpenMP library is not here"}}.dump();
  const limits::Probes probes = limits::probes(cpu::best_isa());
  constexpr double kRegion = 1e-4;  // seconds of one thread
  constexpr std::size_t kSample = 100'000;
  const auto start = Clock::now();
  probes.multiply_add_float32(kSample);
  const auto rounds = static_cast<std::size_t>(kSample * kRegion / seconds_since(start));
  Region region{&openmp, &probes, rounds};
  const int by_default = std::max(openmp.most_threads(), 1);
  const auto seconds = best_seconds(
      {by_default, 1, processors}, [](int) {},
      [&](int threads) { openmp.parallel(part_of, &region, static_cast<unsigned>(threads), 0); });
  return Json{{"by_default", by_default},
              {"all", processors},
              {"seconds", {seconds.at(by_default), seconds.at(processors), seconds.at(1)}}}
      .dump();
}

// What a child says, with its numbers of threads, or what was wrong, put into `threads`.
template <class Work, class Threads>
Json answer_of(const Work& work, std::chrono::milliseconds limit, Threads& threads) {
  const base::ChildAnswer answer = base::run_in_child(work, limit);
  threads.problem = answer.problem;
  Json json = Json::parse(answer.text, nullptr, false);
  if (threads.problem.empty() && !json.is_object()) threads.problem = "gave no answer";
  if (!threads.problem.empty()) return json;
  threads.problem = json.value("problem", "");
  if (!threads.problem.empty()) return json;
  threads.by_default = json["by_default"];
  threads.all = json["all"];
  return json;
}

}  // namespace

BlasThreads try_blas_threads(const std::filesystem::path& library, int processors,
                             std::chrono::milliseconds limit) {
  BlasThreads threads;
  threads.path = library.string();
  const Json json = answer_of([&] { return time_library(library, processors); }, limit, threads);
  if (!threads.problem.empty()) return threads;
  for (const Json& p : json["products"])
    threads.products.push_back({p[0], p[1], p[2], p[3], p[4], p[5]});
  return threads;
}

OpenMpThreads try_openmp(int processors, std::chrono::milliseconds limit, const char* library) {
  OpenMpThreads threads;
  const Json json = answer_of([&] { return time_openmp(processors, library); }, limit, threads);
  if (!threads.problem.empty()) return threads;
  threads.default_seconds = json["seconds"][0];
  threads.all_seconds = json["seconds"][1];
  threads.one_seconds = json["seconds"][2];
  return threads;
}

}  // namespace lithe::doctor
