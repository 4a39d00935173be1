#include "program/stack_counts.h"

namespace lithe::program {

namespace {

// With more different moments than this, or longer stacks, they are no longer kept.
constexpr std::size_t kMostMoments = 200'000, kMostKeptFrames = 4'000'000;

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * 0x9e3779b97f4a7c15U;
}

}  // namespace

bool StackFrame::operator==(const StackFrame& other) const {
  return code == other.code && line == other.line && place.file == other.place.file &&
         place.offset == other.place.offset;
}

bool Moment::operator==(const Moment& other) const {
  return process == other.process && first_thread == other.first_thread && later == other.later &&
         collecting == other.collecting && runs == other.runs && wait == other.wait &&
         others_run == other.others_run && sampled == other.sampled &&
         in_kernel == other.in_kernel && entered == other.entered &&
         place.file == other.place.file && place.offset == other.place.offset &&
         frames == other.frames;
}

std::size_t StackCounts::Hash::operator()(const Moment& moment) const {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(moment.process), moment.place.offset);
  hash = mix(hash, static_cast<std::uint64_t>(moment.wait) << 8 | std::uint64_t{moment.later} << 1 |
                       std::uint64_t{moment.first_thread});
  for (const StackFrame& frame : moment.frames)
    hash = mix(mix(hash, frame.place.offset),
               std::uint64_t{frame.code} << 32 | static_cast<std::uint32_t>(frame.line));
  return hash ^ hash >> 32;
}

std::uint32_t StackCounts::number(const std::shared_ptr<const PythonCode>& code) {
  const auto [at, added] = numbers_.emplace(code.get(), 0);
  if (added) {
    codes_.push_back(code);
    at->second = static_cast<std::uint32_t>(codes_.size());
  }
  return at->second;
}

void StackCounts::add(const Moment& moment, std::uint64_t nanoseconds) {
  if (open_.size() >= kMostMoments || open_frames_ >= kMostKeptFrames) {
    settle(moment, nanoseconds);
    return;
  }
  const auto [at, added] = open_.emplace(moment, 0);
  at->second += nanoseconds;
  if (added) open_frames_ += moment.frames.size();
}

void StackCounts::end_epoch() {
  for (const auto& [moment, nanoseconds] : open_) settle(moment, nanoseconds);
  open_.clear();
  open_frames_ = 0;
}

void StackCounts::end_program() {
  for (const auto& [moment, nanoseconds] : open_) {
    Moment after = moment;
    after.later = false;
    settle(after, nanoseconds);
  }
  open_.clear();
}

void StackCounts::settle(const Moment& moment, std::uint64_t nanoseconds) {
  const auto at = counts_.find(moment);
  if (at != counts_.end()) {
    at->second += nanoseconds;
    return;
  }
  if (counts_.size() < kMostMoments && kept_frames_ < kMostKeptFrames) {
    kept_frames_ += moment.frames.size();
    counts_.emplace(moment, nanoseconds);
    return;
  }
  Moment bare = moment;
  bare.frames.clear();
  bare.place = {};
  counts_[bare] += nanoseconds;
}

void StackCounts::for_each(const std::function<void(const Moment&, std::uint64_t)>& take) const {
  for (const auto& [moment, nanoseconds] : counts_) take(moment, nanoseconds);
}

}  // namespace lithe::program
