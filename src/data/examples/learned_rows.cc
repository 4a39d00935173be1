#include "lithe/learned_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/digest.h"

namespace lithe {

namespace {

// 32 KB of text. Of 100,000 rows, one in 25 is then looked for, which is enough for an estimate.
constexpr std::size_t kMostDigests = 4096;
constexpr std::size_t kDigits = 8;  // of a digest in the note

std::uint64_t digest_of(const void* data, std::size_t bytes) {
  return base::digest_of({static_cast<const std::uint8_t*>(data), bytes});
}

std::uint32_t digest_of(const Examples& examples, std::size_t row,
                        const std::vector<std::string>& classes) {
  const Features& features = examples.features;
  std::uint64_t parts[2] = {digest_of(features.row(row), features.columns * size_of(features.type)),
                            0};
  if (examples.positions > 1) {
    const std::size_t first = examples.answer(row);
    parts[1] = examples.labels != nullptr
                   ? digest_of(examples.labels + first, examples.positions * sizeof(std::int32_t))
                   : digest_of(examples.targets + first * examples.target_columns,
                               examples.positions * examples.target_columns * sizeof(float));
  } else if (examples.labels != nullptr) {
    const auto label = static_cast<std::size_t>(examples.labels[row]);
    if (label < classes.size()) parts[1] = base::digest_of(classes[label]);
  } else if (examples.targets != nullptr) {
    parts[1] = digest_of(examples.targets + row * examples.target_columns,
                         examples.target_columns * sizeof(float));
  }
  const std::uint64_t both = digest_of(parts, sizeof parts);
  return static_cast<std::uint32_t>(both ^ (both >> 32));
}

// Sorted. Empty for a text that note_of_rows() cannot have written.
std::vector<std::uint32_t> digests_in(const std::string& note) {
  std::vector<std::uint32_t> digests;
  for (std::size_t at = 0; at + kDigits <= note.size(); at += kDigits) {
    const char* const begin = note.data() + at;
    std::uint32_t digest = 0;
    const auto [stop, error] = std::from_chars(begin, begin + kDigits, digest, 16);
    if (error != std::errc{} || stop != begin + kDigits) return {};
    digests.push_back(digest);
  }
  std::ranges::sort(digests);
  return digests;
}

}  // namespace

std::string note_of_rows(const Examples& examples, const std::vector<std::string>& classes) {
  std::vector<std::uint32_t> digests;
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    digests.push_back(digest_of(examples, row, classes));
  std::ranges::sort(digests);
  const auto recurring = std::ranges::unique(digests);
  digests.erase(recurring.begin(), recurring.end());
  if (digests.size() > kMostDigests) digests.resize(kMostDigests);
  std::string note;
  for (const std::uint32_t digest : digests) note += fmt::format("{:08x}", digest);
  return note;
}

LearnedRows count_learned(const std::string& note, const Examples& examples,
                          const std::vector<std::string>& classes) {
  const std::vector<std::uint32_t> known = digests_in(note);
  if (known.empty()) return {};
  const bool all = known.size() < kMostDigests;
  std::size_t looked_for = 0, found = 0;
  for (std::size_t row = 0; row < examples.features.rows; ++row) {
    const std::uint32_t digest = digest_of(examples, row, classes);
    if (!all && digest > known.back()) continue;
    ++looked_for;
    found += std::ranges::binary_search(known, digest) ? 1 : 0;
  }
  if (all || looked_for == 0) return {found, false};
  const double share = static_cast<double>(found) / static_cast<double>(looked_for);
  return {
      static_cast<std::size_t>(std::llround(share * static_cast<double>(examples.features.rows))),
      true};
}

}  // namespace lithe
