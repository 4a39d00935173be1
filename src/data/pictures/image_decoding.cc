#include "data/pictures/image_decoding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <span>

#include "base/file.h"
#include "base/threads.h"
#include "data/pictures/choose_form.h"
#include "data/pictures/image_decoder.h"
#include "data/pictures/image_file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTogetherBytes = std::size_t{1}
                                       << 26;  // of pictures, before they are written
constexpr std::size_t kMostTogether = 64;      // progress is reported, and can end it, after each
constexpr std::size_t kShown = 20;             // broken pictures in an error

// The result of decoding one picture.
struct Decoded {
  Image image;
  std::string broken;  // why, or empty
};

// Decodes some of the pictures, shared among threads.
class Decoding final : public base::TeamWork {
 public:
  Decoding(const fs::path& folder, const ImageOptions& options)
      : folder_(folder), options_(options) {}

  void set(std::span<const ListedImage> images, std::vector<Decoded>& results) {
    images_ = images, results_ = &results;
    results.assign(images.size(), {});
    next_ = 0;
  }

  void run(std::size_t) override {
    for (std::size_t i = next_++; i < images_.size(); i = next_++) {
      try {
        decode(images_[i], (*results_)[i]);
      } catch (const Error& error) {
        (*results_)[i].broken = error.problem();
        // To leave them out is the remedy for all of them together.
        std::string_view remedy = error.remedy();
        if (remedy.ends_with(kLeaveOut)) remedy.remove_suffix(kLeaveOut.size());
        if (remedy.ends_with("; ")) remedy.remove_suffix(2);
        if (!remedy.empty()) (*results_)[i].broken += fmt::format("; {}", remedy);
      } catch (const std::exception& error) {
        (*results_)[i].broken = error.what();
      }
    }
  }

 private:
  void decode(const ListedImage& listed, Decoded& result) const {
    const std::string path = (folder_ / listed.path).string();
    const auto file = base::read_file(path, kLargestImageFile);
    result.image = decode_image(file, path, options_.channels, options_.max_pixels);
    if (options_.height > 0)
      result.image = resize(result.image, options_.height, options_.width, options_.resize);
  }

  const fs::path& folder_;
  const ImageOptions& options_;
  std::span<const ListedImage> images_;
  std::vector<Decoded>* results_ = nullptr;
  std::atomic<std::size_t> next_{0};
};

// Writes pictures in the order of the list, and records which ones it wrote.
class Filling {
 public:
  Filling(const ImageListing& listing, const ChosenForm& form, const fs::path& cache_file)
      : listing_(listing), writer_(cache_file), form_(form) {}

  void add(std::size_t number, const Decoded& one) {
    const std::string& path = listing_.images[number].path;
    if (!one.broken.empty()) {
      broken_.push_back(fmt::format("{}: {}", path, one.broken));
      return;
    }
    ++whole_;
    writer_.append(static_cast<std::uint32_t>(number), one.image.pixels);
    if (number < listing_.train) ++train_;
  }

  std::vector<std::string> finish(const fs::path& folder, bool skips_broken) {
    if (!broken_.empty() && (whole_ == 0 || !skips_broken)) refuse_broken(folder);
    writer_.commit(train_, form_.form, listing_.images.size(), form_.reasons());
    return std::move(broken_);
  }

 private:
  [[noreturn]] void refuse_broken(const fs::path& folder) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min(kShown, broken_.size()));
    std::vector<std::string> shown(broken_.begin(), broken_.begin() + count);
    if (broken_.size() > kShown)
      shown.push_back(fmt::format("and {} more", broken_.size() - kShown));
    throw Error(
        ErrorKind::data,
        fmt::format("{} picture{} cannot be read in {}:\n  {}", broken_.size(),
                    broken_.size() == 1 ? "" : "s", folder.string(), fmt::join(shown, "\n  ")),
        {}, "mend or remove them, or leave them out with --skip-broken");
  }

  const ImageListing& listing_;
  ImageCacheWriter writer_;
  ChosenForm form_;
  std::vector<std::string> broken_;
  std::size_t train_ = 0, whole_ = 0;
};

// The number of pictures to decode before they are written.
std::size_t together(const ImageForm& form, std::size_t threads) {
  if (form.bytes() == 0) return threads;  // none can be read
  return std::min(kMostTogether, std::max(kTogetherBytes / form.bytes(), threads));
}

}  // namespace

std::string why_broken(const fs::path& folder, const ListedImage& image,
                       const ImageOptions& options) {
  Decoding decoding(folder, options);
  std::vector<Decoded> result;
  decoding.set({&image, 1}, result);
  decoding.run(0);
  return fmt::format("{}: {}", image.path,
                     result[0].broken.empty() ? "it could not be read before" : result[0].broken);
}

std::vector<std::string> decode_into_cache(const fs::path& folder, const ImageListing& listing,
                                           const ImageOptions& options,
                                           const fs::path& cache_file) {
  const bool open = options.height == 0 || options.channels == 0;
  const ChosenForm chosen = choose_form(
      open ? survey_forms(folder, listing, options) : std::vector<ImageForm>{}, options);
  ImageOptions known = options;
  known.height = chosen.form.height, known.width = chosen.form.width;
  known.channels = chosen.form.channels;
  Filling filling(listing, chosen, cache_file);
  base::Team team(options.threads > 0 ? options.threads : base::usable_processors());
  Decoding decoding(folder, known);
  std::vector<Decoded> results;
  const std::span<const ListedImage> all(listing.images);
  for (std::size_t done = 0; done < all.size();) {
    const std::size_t count = std::min(together(chosen.form, team.size()), all.size() - done);
    decoding.set(all.subspan(done, count), results);
    team.run(decoding);
    for (const Decoded& one : results) filling.add(done++, one);
    if (options.progress && !options.progress(done, all.size()))
      throw Error(ErrorKind::io, "reading the pictures was stopped", folder.string(),
                  "the same command again");
  }
  return filling.finish(folder, options.skip_broken);
}

}  // namespace lithe::data
