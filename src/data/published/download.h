// One transfer by libcurl into a part file, from where that file ends.
#pragma once

#include <cstdint>
#include <string>

#include "data/files/part_file.h"
#include "lithe/data.h"

namespace lithe::data {

enum class Outcome {
  complete,  // the server sent all it wanted to; whether it is right is for the digest to say
  again,     // broken off midway, or the server could not continue: worth another try here
  failed,    // this server has nothing for us
};

struct Transfer {
  Outcome outcome;
  std::string said;  // why not complete
};

struct Download {
  std::string address, file;
  std::uint64_t max_bytes = 0;  // more is cut off, and dropped
};

// Throws Error(io) only for what no other server can help with: the disk, or the user's stop.
Transfer download(const Download& what, PartFile& part, const FetchOptions& options);

// Tells the user's callback; throws Error(io) where it asks to stop.
void report(const FetchOptions& options, const FetchProgress& progress);

}  // namespace lithe::data
