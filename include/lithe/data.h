// Where data sets are stored, how they are loaded, and how published ones are downloaded.
//
//   auto folder = lithe::data_folder(chosen);
//   auto mnist = lithe::load_dataset("mnist", folder);
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// `chosen` (--data-dir) unless it is empty, else $LITHE_DATA, else $XDG_CACHE_HOME/lithe, else
// $HOME/.cache/lithe. The folder need not exist yet. Empty where none of them is set: what needs a
// folder, such as a published data set, throws Error(usage) then.
std::filesystem::path data_folder(const std::string& chosen);

// Whether `name`, which is that of a data set, is also a folder here that holds data.
// load_dataset() loads that folder then, and "lithe:NAME" is the data set. (`folder` is the data
// folder: a data set's own folder there is not meant.)
bool is_own_folder(const std::string& name, const std::filesystem::path& folder);

// The names of the data sets that load_dataset() knows.
std::vector<std::string> dataset_names();
// Whether a data set is generated and needs no folder: digits, letters, shapes, shapes-unknown,
// uniform-noise, gaussian-noise.
bool is_built_in(const std::string& name);

// Loads a data set by its name from the data folder. If `name` is a path, loads that folder: four
// IDX files (plain or gzip), CIFAR's binary files, or pictures (lithe/images.h, with its defaults;
// decoded pictures are cached in `folder`). A folder here goes before a data set of its name, and
// "lithe:NAME" is the data set in any case. "inverted:NAME" is NAME with black for white,
// "permuted:NAME" is NAME with the pixels of each image in another order, the same for all;
// "mirrored:NAME" has left and right changed over, "flipped:NAME" top and bottom; "corrupted:NAME"
// is corrupt_images of it.
Dataset load_dataset(const std::string& name, const std::filesystem::path& folder);

// Only the examples of these classes, renumbered in the order given. The training part keeps at
// most `per_class` examples of each (0: all), drawn at random by the seed. Throws Error(usage) for
// a class that does not exist.
Dataset select_classes(const Dataset& data, const std::vector<std::size_t>& classes,
                       std::size_t per_class = 0, std::uint64_t seed = 1);

// Only the examples of the classes with these names, numbered in the order given. A name that the
// data do not have keeps its number and has no examples.
Dataset select_classes(const Dataset& data, const std::vector<std::string>& names);

// The same data with all rows to test on, those to train on first, and none to train on. Throws
// Error(data) where the parts differ in type or scale.
Dataset all_to_test_on(const Dataset& data);

// Every image of both parts changed so that it shows none of the classes: warped, cut, laid over a
// turned copy of itself, or shuffled (src/data/synthetic/corrupt.h), by random numbers of the seed
// and its row. Outliers to learn from where there are no others. Throws Error(data) for what is no
// images of bytes.
Dataset corrupt_images(const Dataset& data, std::uint64_t seed);

// Progress of the file that is being downloaded. `total` is 0 until the server has sent it.
struct FetchProgress {
  std::string file;
  std::uint64_t done = 0, total = 0;  // bytes
};

struct FetchOptions {
  std::vector<std::string> mirrors;                    // base URLs; empty: those of the data set
  std::function<bool(const FetchProgress&)> progress;  // false stops the download
  std::chrono::seconds connect_limit{5};
  std::chrono::seconds stall_limit{10};  // a connection without progress is closed after this
};

// A file of a published data set that is not in the data folder, or is another than was published.
struct MissingFile {
  std::filesystem::path path;          // where it belongs
  std::vector<std::string> addresses;  // where it can be had, the first choice first
  std::uint64_t max_bytes = 0;         // a longer one is wrong
};

// What fetch_dataset would download, for those who download it by other means.
std::vector<MissingFile> missing_files(const std::string& name, const std::filesystem::path& folder,
                                       const std::vector<std::string>& mirrors = {});

// Downloads a published data set into the data folder. It resumes partial files, checks the digest
// of each file before giving it its final name, and skips files that are already complete.
// Throws Error(io) that lists the error of each mirror, and Error(machine) where libcurl is
// missing.
void fetch_dataset(const std::string& name, const std::filesystem::path& folder,
                   const FetchOptions& options = {});

}  // namespace lithe
