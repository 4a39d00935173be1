// What `lithe profile` and `lithe train --profile` make of a training's notes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "lithe/machine.h"
#include "lithe/profile.h"

namespace lithe::app {

// The folder that files of a profile go to is made now, not after the training. Throws Error(usage)
// if it cannot be.
void prepare_profile_folder(const std::string& folder);

// make_profile, with the heap calls during the epochs, where they are counted.
Profile profile_of(const ProfileRecords& records, const MachineIdentity& machine,
                   const Limits& limits, std::optional<std::uint64_t> allocations);

// profile.txt, profile.json, roofline.svg, trace.json and profile.folded.
void write_profile(const std::filesystem::path& folder, const Profile& profile,
                   const ProfileRecords& records);

}  // namespace lithe::app
