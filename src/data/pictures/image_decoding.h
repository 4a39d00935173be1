// Decodes picture files into the cache file on several threads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/pictures/image_listing.h"
#include "lithe/images.h"

namespace lithe::data {

// Decodes the listed pictures, brings them to one form, and writes the cache file, the same on any
// number of threads. Returns those that were left out, "path: why". Memory: on each thread a file
// and its decoded picture (twice where it is resized or turned, and as much again for a progressive
// JPEG's coefficients), and some 64 MB of those that wait to be written. Throws as
// load_image_folder does; no cache file is there then.
std::vector<std::string> decode_into_cache(const std::filesystem::path& folder,
                                           const ImageListing& listing, const ImageOptions& options,
                                           const std::filesystem::path& cache_file);

// "path: why" of a picture that decode_into_cache() left out.
std::string why_broken(const std::filesystem::path& folder, const ListedImage& image,
                       const ImageOptions& options);

}  // namespace lithe::data
