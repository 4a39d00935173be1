#include "data/tables/csv_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "data/tables/number.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// The comma comes last, because decimal commas may be as regular as the delimiter.
constexpr std::string_view kCandidates = ";\t|,";
constexpr std::size_t kSampleRecords = 20, kSampleBytes = std::size_t{1} << 20;

using Counts = std::array<std::size_t, kCandidates.size()>;

// The number of times that each candidate occurs outside quotes in each of the first records.
std::vector<Counts> count_candidates(std::string_view text) {
  std::vector<Counts> records;
  Counts counts{};
  bool quoted = false, blank = true;
  for (const char c : text.substr(0, kSampleBytes)) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) {
      if (!blank) records.push_back(counts);
      if (records.size() == kSampleRecords) return records;
      counts = {};
      blank = true;
      continue;
    }
    blank = blank && c == '\r';
    const std::size_t candidate = kCandidates.find(c);
    if (!quoted && candidate != kCandidates.npos) ++counts[candidate];
  }
  // Ignores a record that the sample cuts short, unless it is the only one.
  if (!blank && (records.empty() || text.size() <= kSampleBytes)) records.push_back(counts);
  return records;
}

bool is_regular(const std::vector<Counts>& records, std::size_t candidate) {
  return std::ranges::all_of(records, [&](const Counts& counts) {
    return counts[candidate] > 0 && counts[candidate] == records.front()[candidate];
  });
}

}  // namespace

char find_delimiter(std::string_view text, char chosen) {
  if (chosen != 0) {
    if (std::strchr(",;\t|:!#$%&*/<=>@^_~", chosen) == nullptr)
      throw Error(ErrorKind::usage, "this character cannot be a delimiter", {},
                  ", ; | a tab, or another sign that no number or quote has");
    return chosen;
  }
  const auto records = count_candidates(text);
  if (records.empty()) return ',';
  const Counts& first = records.front();
  std::size_t best = kCandidates.size();
  for (std::size_t i = 0; i < kCandidates.size(); ++i) {
    if (!is_regular(records, i)) continue;
    const bool better = best == kCandidates.size() || first[i] > first[best];
    if (better && (best == kCandidates.size() || kCandidates[i] != ',')) best = i;
  }
  if (best == kCandidates.size())  // none is regular: a ragged file, reported later
    best = static_cast<std::size_t>(std::ranges::max_element(first) - first.begin());
  return first[best] == 0 ? ',' : kCandidates[best];
}

bool has_header(const std::vector<std::string>& first_record, const CsvOptions& options) {
  if (options.header != CsvHeader::automatic) return options.header == CsvHeader::yes;
  const auto is_number = [](const std::string& field) { return to_number(field).has_value(); };
  const auto is_missing = [&](const std::string& field) {
    return std::ranges::find(options.missing_texts, field) != options.missing_texts.end();
  };
  return std::ranges::none_of(first_record, is_number) &&
         !std::ranges::all_of(first_record, is_missing);
}

}  // namespace lithe::data
