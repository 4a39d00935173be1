#include "program/timeline.h"

#include <algorithm>
#include <utility>

namespace lithe::program {

namespace {

constexpr std::size_t kMostSamples = 96;  // of a bin: a share of a half is right within 5%
constexpr std::size_t kMostTracks = 16;

template <typename T>
T& grown_at(std::vector<T>& values, std::size_t at) {
  if (values.size() <= at) values.resize(at + 1);
  return values[at];
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
    add_to_bin(moment, end - from, grown_at(track.bins, bin));
    from = end;
  }
}

void Timeline::add_to_bin(const Moment& moment, std::uint64_t nanoseconds, Bin& bin) {
  if (!moment.runs)
    bin.wait[static_cast<std::size_t>(moment.wait)] += nanoseconds;
  else if (moment.sampled)
    take_sample({moment.place, moment.in_kernel, moment.entered, nanoseconds}, bin);
  else
    (moment.in_kernel ? bin.in_kernel : bin.unknown) += nanoseconds;
}

void Timeline::take_sample(const Sample& sample, Bin& bin) {
  bin.sampled += sample.nanoseconds;
  ++bin.seen;
  if (bin.samples.size() < kMostSamples)
    bin.samples.push_back(sample);
  else if (const std::size_t at = random_below(bin.seen); at < kMostSamples)
    bin.samples[at] = sample;
}

Timeline::Bin Timeline::merged(Bin a, Bin b) {
  Bin both;
  for (std::size_t i = 0; i < both.wait.size(); ++i) both.wait[i] = a.wait[i] + b.wait[i];
  both.sampled = a.sampled + b.sampled;
  both.in_kernel = a.in_kernel + b.in_kernel;
  both.unknown = a.unknown + b.unknown;
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
  const auto track = tracks_.find(main);
  const std::size_t bins = track == tracks_.end() ? 0 : track->second.bins.size();
  timeline.bins.resize(std::max(bins, memory_.size()));
  for (std::size_t i = 0; i < memory_.size(); ++i) timeline.bins[i].resident_bytes = memory_[i];
  for (std::size_t i = 0; i < bins; ++i) {
    const Bin& bin = track->second.bins[i];
    TimelineBin& to = timeline.bins[i];
    for (std::size_t w = 0; w < bin.wait.size(); ++w)
      to.wait[w] = static_cast<double>(bin.wait[w]) / 1e9;
    to.activity[static_cast<std::size_t>(Activity::kernel)] =
        static_cast<double>(bin.in_kernel) / 1e9;
    std::uint64_t kept = 0;
    for (const Sample& sample : bin.samples) kept += sample.nanoseconds;
    // What was not sampled is divided as what was.
    const auto ran = static_cast<double>(bin.sampled + bin.unknown) / 1e9;
    if (kept == 0) to.unknown = ran;
    for (const Sample& sample : bin.samples) {
      const PlaceMeaning meaning = places.read(sample.place, sample.in_kernel, sample.entered);
      to.activity[static_cast<std::size_t>(meaning.activity)] +=
          ran * static_cast<double>(sample.nanoseconds) / static_cast<double>(kept);
    }
  }
  return timeline;
}

}  // namespace lithe::program
