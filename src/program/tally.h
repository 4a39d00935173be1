// Samples, counted by where they fell, and what follows from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "lithe/program_report.h"
#include "program/address_space.h"

namespace lithe::program {

class Tally {
 public:
  // `entered`: for a sample in the system, where it was entered from (`place`) is known.
  void add(const Place& place, bool in_kernel, bool entered);
  std::uint64_t samples() const { return samples_; }

  // Of the samples, largest first. Reads the symbols of the files that they fell into. `by_timers`:
  // the samples were taken when the system returned to the program, so those behind a system call
  // are the system's.
  std::vector<ActivityShare> shares(const Files& files, bool by_timers = false,
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

// Where samples do not see the system at work, what the accounting says does: `system_share` is
// system's part of all processor time. The shares of user's code shrink to what is left; beyond
// `kernel`, what the samples do see, the system's part becomes `to`.
void account_for_system(std::vector<ActivityShare>& shares, double system_share, Activity to);

}  // namespace lithe::program
