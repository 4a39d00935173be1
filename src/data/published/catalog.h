// The data sets that are published as IDX files: one row each says all that is particular to it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lithe::data {

// A file on the mirrors. Exactly one of the digests (hexadecimal, lower case) is given: publishers
// state the one or the other.
struct RemoteFile {
  std::string name;               // joined to a mirror's address, and the file's name on disk
  std::string sha256_of_content;  // of what the gzip file holds
  std::string md5_of_file;        // of the gzip file itself
  std::uint64_t max_bytes = 0;    // a longer answer is cut off
};

struct PublishedDataset {
  std::string name;  // also that of its folder
  std::vector<std::string> class_names;
  std::vector<std::string> mirrors;
  std::vector<RemoteFile> files;
};

std::span<const PublishedDataset> published_datasets();

// By name, with '-' read as '_'. Null: not a published one.
const PublishedDataset* find_published(const std::string& name);

// The error for a name that no data set has, with the nearest that one has.
[[noreturn]] void fail_unknown_dataset(const std::string& name);

}  // namespace lithe::data
