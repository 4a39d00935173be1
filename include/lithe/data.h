// Where data sets are kept, how they are loaded, and how the published ones are fetched.
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
// $HOME/.cache/lithe. The folder need not exist yet.
std::filesystem::path data_folder(const std::string& chosen);

// The data sets known by name.
std::vector<std::string> dataset_names();
// Whether one of those is generated and needs no folder: digits, letters, shapes, shapes-unknown,
// uniform-noise, gaussian-noise.
bool is_built_in(const std::string& name);

// Loads one of those from the data folder, or, where `name` is a path, what that folder holds: four
// IDX files (plain or gzip), CIFAR's binary files, or pictures (lithe/images.h, with its defaults;
// `folder` then keeps the decoded ones). "inverted:NAME" is NAME with black for white,
// "permuted:NAME" is NAME with the pixels of each image in another order, the same for all;
// "mirrored:NAME" has left and right changed over, "flipped:NAME" top and bottom; "spoiled:NAME" is
// spoil_images of it.
Dataset load_dataset(const std::string& name, const std::filesystem::path& folder);

// The examples of these classes alone, numbered anew in the order given; of the training part at
// most `per_class` of each (0: all), drawn by the seed. Throws Error(usage) if a class is not
// there.
Dataset select_classes(const Dataset& data, const std::vector<std::size_t>& classes,
                       std::size_t per_class = 0, std::uint64_t seed = 1);

// The examples of the classes of these names, numbered in the order given. A name that the data
// have not keeps its number, and has no examples.
Dataset select_classes(const Dataset& data, const std::vector<std::string>& names);

// Every image of both parts changed so that it shows none of the classes: warped, cut, laid over a
// turned copy of itself, or shuffled (src/data/spoil.h), by random numbers of the seed and its row.
// Outliers to learn from where there are no others. Throws Error(data) for what is no images of
// bytes.
Dataset spoil_images(const Dataset& data, std::uint64_t seed);

// How far the file that is being fetched has come. `total` is 0 while the server has not said it.
struct FetchProgress {
  std::string file;
  std::uint64_t done = 0, total = 0;  // bytes
};

struct FetchOptions {
  std::vector<std::string> mirrors;  // addresses of folders; none: the data set's own
  std::function<bool(const FetchProgress&)> progress;  // false stops the fetch
  std::chrono::seconds connect_limit{5};
  std::chrono::seconds stall_limit{10};  // a connection without progress is given up after this
};

// Fetches a published data set into the data folder: resumes what an earlier run left, checks each
// file's digest before it takes its final name, and leaves alone what is already there and right.
// Throws Error(io) that lists what each mirror said.
void fetch_dataset(const std::string& name, const std::filesystem::path& folder,
                   const FetchOptions& options = {});

}  // namespace lithe
