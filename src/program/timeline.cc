#include "program/timeline.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lithe::program {

namespace {

constexpr std::size_t kMostSamples = 96;  // of a bin: a share of a half is right within 0.05
constexpr std::size_t kMostTracks = 16;

template <typename T>
T& grown_at(std::vector<T>& values, std::size_t at) {
  if (values.size() <= at) values.resize(at + 1);
  return values[at];
}

using BinCounts = std::array<double, kActivities>;

// The samples of a bin, and of those beside it where it has few.
BinCounts counts_near(const std::vector<BinCounts>& counts, std::size_t bin) {
  constexpr std::size_t kFarthest = 3;
  constexpr double kEnough = 8;
  BinCounts sum{};
  for (std::size_t far = 0; far <= kFarthest; ++far) {
    for (const std::size_t at : {bin - far, bin + far}) {
      if (at >= counts.size() || (far == 0 && at != bin)) continue;
      for (std::size_t a = 0; a < sum.size(); ++a) sum[a] += counts[at][a];
    }
    if (std::accumulate(sum.begin(), sum.end(), 0.0) >= kEnough) break;
  }
  return sum;
}

}  // namespace

// Doubles the width of all bins until `time` is within them.
void Timeline::widen_to(std::uint64_t time) {
  while ((time - start_) / width_ >= kMostBins) {
    width_ *= 2;
    for (auto& [process, track] : tracks_) {
      std::vector<Bin> wider((track.bins.size() + 1) / 2);
      for (std::size_t i = 0; i < track.bins.size(); i += 2)
        wider[i / 2] = i + 1 < track.bins.size()
                           ? merged(std::move(track.bins[i]), std::move(track.bins[i + 1]))
                           : std::move(track.bins[i]);
      track.bins = std::move(wider);
    }
    std::vector<std::uint64_t> most((memory_.size() + 1) / 2);
    for (std::size_t i = 0; i < memory_.size(); ++i)
      most[i / 2] = std::max(most[i / 2], memory_[i]);
    memory_ = std::move(most);
  }
}

// Of many processes those that computed most are kept.
Timeline::Track& Timeline::track_of(pid_t process) {
  if (!tracks_.contains(process) && tracks_.size() >= kMostTracks)
    tracks_.erase(
        std::min_element(tracks_.begin(), tracks_.end(),
                         [](const auto& a, const auto& b) { return a.second.ran < b.second.ran; }));
  return tracks_[process];
}

void Timeline::add(const Moment& moment, std::uint64_t from, std::uint64_t to) {
  from = std::max(from, start_);
  if (!moment.first_thread || to <= from) return;
  widen_to(to - 1);
  Track& track = track_of(moment.process);
  if (moment.runs) track.ran += to - from;
  while (from < to) {
    const std::uint64_t bin = (from - start_) / width_;
    const std::uint64_t end = std::min(to, start_ + (bin + 1) * width_);
    Bin& to_bin = grown_at(track.bins, bin);
    std::uint64_t& sum = !moment.runs ? to_bin.wait[static_cast<std::size_t>(moment.wait)]
                         : moment.in_kernel && !moment.sampled ? to_bin.in_kernel
                                                               : to_bin.ran;
    sum += end - from;
    from = end;
  }
}

void Timeline::see_sample(pid_t process, std::uint64_t at, const Place& place, bool in_kernel,
                          bool entered) {
  if (at < start_) return;
  widen_to(at);
  Bin& bin = grown_at(track_of(process).bins, (at - start_) / width_);
  ++bin.seen;
  const Sample sample{place, in_kernel, entered};
  if (bin.samples.size() < kMostSamples)
    bin.samples.push_back(sample);
  else if (const std::size_t slot = random_below(bin.seen); slot < kMostSamples)
    bin.samples[slot] = sample;
}

Timeline::Bin Timeline::merged(Bin a, Bin b) {
  Bin both;
  for (std::size_t i = 0; i < both.wait.size(); ++i) both.wait[i] = a.wait[i] + b.wait[i];
  both.ran = a.ran + b.ran;
  both.in_kernel = a.in_kernel + b.in_kernel;
  both.seen = a.seen + b.seen;
  while (both.samples.size() < kMostSamples && a.samples.size() + b.samples.size() > 0) {
    const bool first =
        !a.samples.empty() && (b.samples.empty() || random_below(both.seen) < a.seen);
    std::vector<Sample>& from = first ? a.samples : b.samples;
    std::swap(from[random_below(from.size())], from.back());
    both.samples.push_back(from.back());
    from.pop_back();
  }
  return both;
}

void Timeline::see_memory(std::uint64_t at, std::uint64_t bytes) {
  if (at < start_) return;
  widen_to(at);
  std::uint64_t& most = grown_at(memory_, (at - start_) / width_);
  most = std::max(most, bytes);
}

ProgramTimeline Timeline::report(pid_t main, PlaceReader& places) const {
  ProgramTimeline timeline;
  timeline.bin_seconds = static_cast<double>(width_) / 1e9;
  static const std::vector<Bin> kNone;
  const auto track = tracks_.find(main);
  const std::vector<Bin>& bins = track == tracks_.end() ? kNone : track->second.bins;
  timeline.bins.resize(std::max(bins.size(), memory_.size()));
  for (std::size_t i = 0; i < memory_.size(); ++i) timeline.bins[i].resident_bytes = memory_[i];
  std::vector<BinCounts> counts(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i)
    for (const Sample& sample : bins[i].samples) {
      const PlaceMeaning meaning = places.read(sample.place, sample.in_kernel, sample.entered);
      ++counts[i][static_cast<std::size_t>(meaning.activity)];
    }
  for (std::size_t i = 0; i < bins.size(); ++i) {
    TimelineBin& to = timeline.bins[i];
    for (std::size_t w = 0; w < bins[i].wait.size(); ++w)
      to.wait[w] = static_cast<double>(bins[i].wait[w]) / 1e9;
    const double ran = static_cast<double>(bins[i].ran) / 1e9;
    const BinCounts near = counts_near(counts, i);
    const double all = std::accumulate(near.begin(), near.end(), 0.0);
    if (all == 0) to.unknown = ran;
    for (std::size_t a = 0; a < near.size() && all > 0; ++a) to.activity[a] = ran * near[a] / all;
    to.activity[static_cast<std::size_t>(Activity::kernel)] +=
        static_cast<double>(bins[i].in_kernel) / 1e9;
  }
  return timeline;
}

}  // namespace lithe::program
