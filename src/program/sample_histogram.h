// A histogram of samples by place, and the shares of activities that follow from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "lithe/program_report.h"
#include "program/address_space.h"

namespace lithe::program {

class SampleHistogram {
 public:
  // `entered`: for a sample in the kernel, whether `place`, from where it was entered, is known.
  void add(const Place& place, bool in_kernel, bool entered);
  // Moves all samples of the other one here.
  void take(SampleHistogram& other);
  std::uint64_t samples() const { return samples_; }

  // The share of each activity, largest first. Reads the symbols of the sampled files.
  std::vector<ActivityShare> shares(const Files& files,
                                    const std::filesystem::path& debug = "/usr/lib/debug") const;

 private:
  struct Key {
    Place place;
    bool in_kernel, entered;
    bool operator==(const Key& other) const;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  std::unordered_map<Key, std::uint64_t, Hash> counts_;
  std::uint64_t samples_ = 0;
};

// Corrects shares whose samples do not include the kernel: `system_share` is the kernel's part of
// all processor time by the system's accounting. What exceeds the share of Activity::kernel is
// added to the activity `to`, and the other shares shrink accordingly.
void account_for_system(std::vector<ActivityShare>& shares, double system_share, Activity to);

}  // namespace lithe::program
