#include "program/code_quality.h"

#include <string_view>
#include <utility>

namespace lithe::program {

namespace {

// GCC names its options; other compilers do not.
bool names_options(std::string_view producer) {
  return producer.starts_with("GNU ") && producer.find(" -m") != producer.npos;
}

// By the last of its options, which is the one that counts.
bool optimises(std::string_view producer) {
  const std::size_t at = producer.rfind(" -O");
  return at != producer.npos && (at + 3 >= producer.size() || producer[at + 3] != '0');
}

}  // namespace

const ElfImage& CodeQuality::image(std::uint32_t file) {
  return images_.try_emplace(file, files_.paths()[file]).first->second;
}

const CodeQuality::Function& CodeQuality::function_at(const Place& place) {
  const ElfImage::Code code = image(place.file).code_at(place.offset);
  const auto key = std::pair(place.file, code.offset);
  const auto known = functions_.find(key);
  if (known != functions_.end()) return known->second;
  Function function{MachineCode(code.bytes, code.offset)};
  function.unoptimised = built_without(place, function.code);
  return functions_.emplace(key, std::move(function)).first->second;
}

// Code that was not optimised keeps each variable in memory, arguments too: many of its
// instructions read or write the function's frame.
bool CodeQuality::built_without(const Place& place, const MachineCode& code) {
  const std::string producer = sources_.producer(place);
  if (names_options(producer)) return !optimises(producer);
  constexpr int kEnough = 12;
  constexpr double kMuch = 0.35, kSome = 0.2;
  const CodeMix mix = code.whole();
  return mix.instructions >= kEnough &&
         mix.in_frame > (mix.keeps_arguments ? kSome : kMuch) * mix.instructions;
}

bool CodeQuality::unoptimised(const Place& place, const Place& caller) {
  return sources_.own(place) && (function_at(place).unoptimised ||
                                 (sources_.own(caller) && function_at(caller).unoptimised));
}

// By what loops gained when they were built with -O3 for the processor, in place of -O0: those that
// store each result become vectors, sums do not.
Remains CodeQuality::optimised(const Place& place) {
  const CodeMix mix = function_at(place).code.loop_at(place.offset);
  if (!mix.loop || mix.arithmetic() == 0) return {1 / 9.0, 1 / 15.0, 1 / 4.0};
  if (mix.stores)
    return mix.calls ? Remains{1 / 45.0, 1 / 80.0, 1 / 12.0} : Remains{1 / 22.0, 1 / 40.0, 1 / 8.0};
  return mix.calls ? Remains{1 / 8.0, 1 / 14.0, 1 / 4.0} : Remains{1 / 2.5, 1 / 5.0, 1 / 2.0};
}

NarrowLoop CodeQuality::narrow(const Place& place) {
  NarrowLoop narrow;
  constexpr int kAvx = 256;
  if (vector_bits_ < kAvx || !sources_.own(place)) return narrow;
  const CodeMix mix = function_at(place).code.loop_at(place.offset);
  const int all = mix.arithmetic();
  constexpr double kMuch = 0.15, kMostly = 0.8;
  if (!mix.loop || mix.calls || mix.branches || mix.recurrence || all < kMuch * mix.instructions ||
      mix.scalar + mix.by128 < kMostly * all)
    return narrow;
  narrow.scalar = mix.scalar > mix.by128;
  narrow.old = mix.old;
  narrow.sum = narrow.scalar && mix.carried;
  if (narrow.scalar && !mix.contiguous) return narrow;
  // Vectors of 128 bits made for a processor with wider ones are the choice of the program.
  if (!narrow.scalar && !mix.old) return narrow;
  narrow.found = true;
  if (!narrow.scalar)
    narrow.remains = {1 / 1.6, 1 / 2.5, 1 / 1.1};
  else if (mix.doubles)
    narrow.remains = {1 / 2.2, 1 / 5.0, 1 / 1.3};
  else
    narrow.remains = {1 / 10.0, 1 / 16.0, 1 / 2.5};
  return narrow;
}

CodeQuality::Strides CodeQuality::strides(const Place& place) {
  if (!sources_.own(place)) return {};
  const CodeMix mix = function_at(place).code.loop_at(place.offset);
  if (!mix.loop || mix.calls || mix.contiguous || mix.arithmetic() == 0) return {};
  constexpr int kLarge = 1024;
  return {.any = true, .large = mix.step >= kLarge};
}

}  // namespace lithe::program
