#include "program/sample_histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "program/activity.h"
#include "program/elf_image.h"

namespace lithe::program {

namespace {

// With more places than this, the others are counted as one unknown place.
constexpr std::size_t kMostPlaces = 1 << 20;

// oneDNN generates its kernels at run time. Where it is loaded, generated code counts as its own.
bool onednn_loaded(const Files& files) {
  return std::any_of(files.paths().begin(), files.paths().end(), [](const std::string& path) {
    const std::string_view name = file_name(path);
    return name.starts_with("libdnnl") || name.starts_with("libmkldnn") ||
           name.starts_with("libtorch_cpu");
  });
}

// A description for the report.
std::string words(const Spot& spot) {
  const std::string_view file = file_name(spot.file);
  if (file.empty()) return spot.in_kernel ? "the kernel" : "code generated at run time";
  const std::string_view function = spot.function.name;
  // A mangled name is hard to read.
  if (function.empty() || function.starts_with("_Z")) return std::string(file);
  return fmt::format("{} in {}", function.substr(0, 60), file);
}

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

std::vector<ActivityShare> SampleHistogram::shares(const Files& files, bool by_timers,
                                                   const std::filesystem::path& debug) const {
  std::map<std::uint32_t, ElfImage> images;
  std::array<Sum, kActivities> sums;
  const bool onednn = onednn_loaded(files);
  for (const auto& [key, count] : counts_) {
    const std::string& path = files.paths()[key.place.file];
    Spot spot{path, {}, key.in_kernel, key.in_kernel, false};
    if (path.starts_with('/')) {
      const ElfImage& image = images.try_emplace(key.place.file, path, debug).first->second;
      spot.function = image.function_at(key.place.offset);
      spot.in_spin_loop = image.in_spin_loop(key.place.offset);
      spot.after_system_call =
          (key.in_kernel && !key.entered) || image.after_system_call(key.place.offset);
      spot.in_kernel = key.in_kernel || (by_timers && spot.after_system_call);
    }
    Sum& sum = sums[static_cast<std::size_t>(activity_at(spot, onednn))];
    sum.samples += count;
    sum.by_words[words(spot)] += count;
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
