#include "program/memory_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace lithe::program {

namespace {

constexpr double kWorthBlocks = 0.2;  // of the time
constexpr double kLooksMiss = 1.2;    // some looks come upon a moment of something else

double read_rate(const Limits& limits, std::string_view level) {
  const auto at = std::find_if(limits.read.begin(), limits.read.end(),
                               [level](const Bandwidth& one) { return one.level == level; });
  return at == limits.read.end() ? 0 : at->bytes_per_second;
}

// The part of the looks in which the program went through memory at `rate` or faster.
double part_above(const ProgramFacts& facts, double rate) {
  constexpr std::ptrdiff_t kEnough = 4;
  const auto looks = std::ssize(facts.memory_rates);
  if (looks < kEnough) return 0;
  const auto above = std::count_if(facts.memory_rates.begin(), facts.memory_rates.end(),
                                   [rate](double one) { return one >= rate; });
  return static_cast<double>(above) / static_cast<double>(looks);
}

double mean_rate(const ProgramFacts& facts) {
  double sum = 0;
  for (const double rate : facts.memory_rates) sum += rate;
  return sum / static_cast<double>(facts.memory_rates.size());
}

// Each step of such a loop is in another cache line, mostly in another page, so it needs few bytes
// of what it makes the processor fetch. Pages that the processor's buffers of addresses still have
// are not seen, but then the instructions may tell.
void find_memory_order(ProgramFacts& facts, double memory, Findings& findings) {
  constexpr double kPages = 0.05;  // of the bandwidth, if all of each page were read
  const double part = std::min(1.0, kLooksMiss * part_above(facts, kPages * memory));
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line, std::max(part * line.in_steps, line.in_large_steps));
  if (found.all() < kWorthBlocks) return;
  const double share = found.all();
  constexpr double kMostly = 0.5;
  const bool seen = part > kMostly;
  ProgramFinding finding = make(
      "memory_order",
      fmt::format("a loop goes through memory in large steps, which takes {} of the time",
                  percent(share)),
      "let the innermost loop go along what lies side by side: the last index of an array in C, "
      "C++ and Rust, the first in Fortran; swap the loops, or store the array the other way round",
      seen ? Estimate{gain(share, 0.1), gain(share, 0.5), gain(share, 0.05)}
           : Estimate{gain(share, 0.2), gain(share, 0.9), gain(share, 0.05)});
  finding.evidence =
      seen
          ? "the processor looks up the addresses of pages over and over"
          : "its instructions go on by 1 KiB or more, so that each number is in another cache line";
  for (LineFacts& line : facts.lines) line.in_steps = line.in_large_steps = 0;
  findings.push_back(found.finish(std::move(finding)));
}

// Loops over arrays that are larger than the caches take as long as it takes to fetch them.
void find_bandwidth(ProgramFacts& facts, const Limits& limits, double memory, Findings& findings) {
  constexpr double kNear = 0.5;  // of the bandwidth: slower loops compute as long as they fetch
  const double part = part_above(facts, kNear * memory);
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double loops = line.python ? line[Activity::loops] : line.native;
    found.add(line, std::min(1.0, kLooksMiss * part) * loops);
  }
  if (found.all() < kWorthBlocks) return;
  const double share = found.all();
  const double cache = std::max(read_rate(limits, "L3"), read_rate(limits, "L2"));
  // A chain of in-place operations of NumPy takes 0.6 of the time in blocks; what must read several
  // large arrays anyway gains nothing.
  constexpr double kInBlocks = 0.65;
  const bool python = found.most()->python;
  std::string remedy =
      "work in blocks that fit into the cache: all operations on the first 64 KiB of the arrays, "
      "then on the next; float32 in place of float64 halves it";
  remedy += python ? "; numexpr, @numba.njit or torch.compile join operations into one loop"
                   : "; join loops that go over the same arrays";
  ProgramFinding finding = make(
      "memory_bandwidth",
      fmt::format("loops over arrays that the caches do not hold wait for memory {} of the time",
                  percent(share)),
      std::move(remedy),
      Estimate{gain(share, kInBlocks), 1, gain(share, memory / std::max(memory, cache))});
  finding.evidence = fmt::format(
      "it goes through {:.3g} GB/s of memory, of {:.3g} that a processor reads here, and of {:.3g} "
      "from the cache",
      mean_rate(facts) / 1e9, memory / 1e9, cache / 1e9);
  if (python)
    finding.instead =
        "for i in range(0, n, 16384):    # with x[i:i+16384] and so on in each operation, out=...";
  findings.push_back(found.finish(std::move(finding)));
}

}  // namespace

void memory_findings(ProgramFacts& facts, const Limits& limits, Findings& findings) {
  const double memory = read_rate(limits, "memory");
  if (memory <= 0) return;
  find_memory_order(facts, memory, findings);
  find_bandwidth(facts, limits, memory, findings);
}

}  // namespace lithe::program
