#include "program/epochs.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "lithe/error.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostEpochs = 100'000;

std::uint64_t since(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

HeapUse difference(const Counts& now, const Counts& before) {
  return {since(now.calls, before.calls), since(now.bytes, before.bytes),
          since(now.frees, before.frees), now.largest,
          since(now.maps, before.maps),   since(now.mapped_bytes, before.mapped_bytes)};
}

ProductUse products_between(const Counts& now, const Counts& before) {
  return {since(now.products, before.products), since(now.flops32, before.flops32),
          since(now.flops64, before.flops64)};
}

}  // namespace

Mark::Mark(const std::string& expression) {
  const int error = ::regcomp(&compiled_, expression.c_str(), REG_EXTENDED | REG_ICASE | REG_NOSUB);
  if (error == 0) return;
  std::array<char, 200> why{};
  ::regerror(error, &compiled_, why.data(), why.size());
  throw Error(ErrorKind::usage, std::string("is no regular expression: ") + why.data(),
              "--mark '" + expression + "'", "--mark '^epoch' finds the lines that begin so");
}

Mark::~Mark() { ::regfree(&compiled_); }

bool Mark::found_in(const std::string& line) const {
  return ::regexec(&compiled_, line.c_str(), 0, nullptr, 0) == 0;
}

std::string Mark::prefix(std::string_view expression) {
  // Another alternative may begin differently.
  if (!expression.starts_with('^') || expression.find('|') != expression.npos) return {};
  expression.remove_prefix(1);
  std::size_t length = 0;
  while (length < expression.size() &&
         (std::isalnum(static_cast<unsigned char>(expression[length])) != 0 ||
          expression[length] == ' '))
    ++length;
  // The next character may make the last one optional.
  const bool plain = length == expression.size();
  return std::string(
      expression.substr(0, plain ? length : length - std::min<std::size_t>(length, 1)));
}

HeapUse heap_use(const Counts& counts) { return difference(counts, {}); }
ProductUse product_use(const Counts& counts) { return products_between(counts, {}); }

void EpochCutter::cut(const LineSeen& mark) {
  if (epochs_.size() >= kMostEpochs) return;
  if (epochs_.empty()) first_end_ = mark.nanoseconds;
  ProgramEpoch epoch;
  epoch.seconds = static_cast<double>(since(mark.nanoseconds, nanoseconds_)) / 1e9;
  epoch.faults = since(mark.faults, faults_);
  epoch.heap = difference(mark.heap, counts_);
  epoch.products = products_between(mark.heap, counts_);
  epochs_.push_back(epoch);
  nanoseconds_ = mark.nanoseconds;
  faults_ = mark.faults;
  counts_ = mark.heap;
}

std::vector<ProgramEpoch> divide(const ProgramEpoch& run, int parts) {
  const auto count = static_cast<std::uint64_t>(std::max(parts, 1));
  ProgramEpoch part = run;
  part.seconds /= static_cast<double>(count);
  for (std::uint64_t* sum : {&part.faults, &part.heap.calls, &part.heap.bytes, &part.heap.frees,
                             &part.heap.maps, &part.heap.mapped_bytes, &part.products.calls,
                             &part.products.flops32, &part.products.flops64})
    *sum /= count;
  return std::vector<ProgramEpoch>(std::min<std::size_t>(count, kMostEpochs), part);
}

}  // namespace lithe::program

namespace lithe {

namespace {

template <typename Get>
auto median(const std::vector<ProgramEpoch>& epochs, Get get) {
  std::vector<decltype(get(epochs.front()))> values;
  for (const ProgramEpoch& epoch : epochs) values.push_back(get(epoch));
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

ProgramEpoch usual_epoch(const ProgramReport& report) {
  std::vector<ProgramEpoch> epochs = report.epochs;
  if (epochs.empty()) return {};
  if (epochs.size() > 1) epochs.erase(epochs.begin());
  using Epoch = const ProgramEpoch&;
  ProgramEpoch usual;
  usual.seconds = median(epochs, [](Epoch e) { return e.seconds; });
  usual.faults = median(epochs, [](Epoch e) { return e.faults; });
  usual.heap.calls = median(epochs, [](Epoch e) { return e.heap.calls; });
  usual.heap.bytes = median(epochs, [](Epoch e) { return e.heap.bytes; });
  usual.heap.frees = median(epochs, [](Epoch e) { return e.heap.frees; });
  usual.heap.maps = median(epochs, [](Epoch e) { return e.heap.maps; });
  usual.heap.mapped_bytes = median(epochs, [](Epoch e) { return e.heap.mapped_bytes; });
  usual.products.calls = median(epochs, [](Epoch e) { return e.products.calls; });
  usual.products.flops32 = median(epochs, [](Epoch e) { return e.products.flops32; });
  usual.products.flops64 = median(epochs, [](Epoch e) { return e.products.flops64; });
  usual.heap.largest = epochs.back().heap.largest;
  return usual;
}

}  // namespace lithe
