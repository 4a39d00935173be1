#include "program/sample_histogram.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "program/place_reader.h"

namespace lithe::program {

namespace {

// With more places than this, the others are counted as one unknown place.
constexpr std::size_t kMostPlaces = 1 << 20;

struct Sum {
  std::uint64_t samples = 0;
  std::map<std::string, std::uint64_t> by_words;
};

ActivityShare share_of(Activity activity, const Sum& sum, std::uint64_t all) {
  ActivityShare share;
  share.activity = activity;
  share.share = static_cast<double>(sum.samples) / static_cast<double>(all);
  const auto most =
      std::max_element(sum.by_words.begin(), sum.by_words.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != sum.by_words.end()) share.mostly = most->first;
  return share;
}

void sort(std::vector<ActivityShare>& shares) {
  std::stable_sort(
      shares.begin(), shares.end(),
      [](const ActivityShare& a, const ActivityShare& b) { return a.share > b.share; });
}

}  // namespace

bool SampleHistogram::Key::operator==(const Key& other) const {
  return place.file == other.place.file && place.offset == other.place.offset &&
         in_kernel == other.in_kernel && entered == other.entered;
}

std::size_t SampleHistogram::Hash::operator()(const Key& key) const {
  const std::uint64_t mixed =
      (key.place.offset << 2 | std::uint64_t{key.in_kernel} << 1 | std::uint64_t{key.entered}) ^
      (std::uint64_t{key.place.file} << 48);
  return std::hash<std::uint64_t>()(mixed * 0x9e3779b97f4a7c15);
}

void SampleHistogram::add(const Place& place, bool in_kernel, bool entered) {
  ++samples_;
  Key key{place, in_kernel, entered};
  if (counts_.size() >= kMostPlaces && !counts_.contains(key)) key = {{}, in_kernel, entered};
  ++counts_[key];
}

void SampleHistogram::take(SampleHistogram& other) {
  for (const auto& [key, count] : other.counts_) counts_[key] += count;
  samples_ += other.samples_;
  other.counts_.clear();
  other.samples_ = 0;
}

std::vector<ActivityShare> SampleHistogram::shares(const Files& files,
                                                   const std::filesystem::path& debug) const {
  PlaceReader places(files, debug);
  std::array<Sum, kActivities> sums;
  for (const auto& [key, count] : counts_) {
    const PlaceMeaning meaning = places.read(key.place, key.in_kernel, key.entered);
    Sum& sum = sums[static_cast<std::size_t>(meaning.activity)];
    sum.samples += count;
    sum.by_words[meaning.words()] += count;
  }
  std::vector<ActivityShare> shares;
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (sums[i].samples > 0)
      shares.push_back(share_of(static_cast<Activity>(i), sums[i], samples_));
  sort(shares);
  return shares;
}

void account_for_system(std::vector<ActivityShare>& shares, double system_share, Activity to) {
  double seen = 0;
  for (const ActivityShare& share : shares)
    if (share.activity == Activity::kernel) seen += share.share;
  const double unseen = std::min(system_share, 1.0) - seen;
  if (unseen <= 0 || seen >= 1) return;
  const double shrink = (1 - seen - unseen) / (1 - seen);
  ActivityShare* target = nullptr;
  for (ActivityShare& share : shares) {
    if (share.activity != Activity::kernel) share.share *= shrink;
    if (share.activity == to) target = &share;
  }
  if (target != nullptr)
    target->share += unseen;
  else
    shares.push_back({to, unseen, "the system"});
  sort(shares);
}

}  // namespace lithe::program
