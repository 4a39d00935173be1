#include "pictures.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/table.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr const char* kGroup = "Pictures (a folder for each class)";
constexpr std::size_t kNamed = 10;  // of the pictures that are left out

// "32" or "32x48", height first; nothing asks for no size.
void parse_size(const std::string& text, PictureForm& form) {
  if (text.empty()) return;
  const char* const end = text.data() + text.size();
  const auto [middle, no_height] = std::from_chars(text.data(), end, form.height);
  form.width = form.height;
  bool whole = no_height == std::errc{} && form.height > 0;
  if (whole && middle != end) {
    const auto [stop, no_width] = std::from_chars(middle + 1, end, form.width);
    whole = *middle == 'x' && no_width == std::errc{} && stop == end && form.width > 0;
  }
  if (!whole)
    throw Error(ErrorKind::usage, fmt::format("'{}' is no size", text.substr(0, 40)), "--size",
                "32, or 32x48 (height x width)");
}

void list_skipped(const std::vector<std::string>& skipped) {
  if (skipped.empty()) return;
  print_folded(stderr, "{} broken picture{} left out:\n", skipped.size(),
               skipped.size() == 1 ? " is" : "s are");
  for (std::size_t i = 0; i < std::min(kNamed, skipped.size()); ++i)
    print_folded(stderr, "  {}\n", skipped[i]);
  if (skipped.size() > kNamed) print_folded(stderr, "  and {} more\n", skipped.size() - kNamed);
}

// Files that fit a pattern as the shell writes it.
std::vector<std::string> files_like(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::ranges::sort(files);
  if (files.empty())
    throw Error(ErrorKind::usage, fmt::format("no file fits the pattern '{}'", pattern), {},
                "a file, a folder, or a pattern that files fit");
  return files;
}

void add_folder(const std::string& folder, std::vector<std::string>& files) {
  const PictureFiles found = pictures_in(folder);
  for (const std::filesystem::path& file : found.files) files.push_back(file.string());
  if (!found.left_out.empty())
    print_folded(stderr, "{}: {} file{} left out, such as {}\n", folder, found.left_out.size(),
                 found.left_out.size() == 1 ? " is" : "s are", found.left_out[0]);
  if (found.files.empty())
    throw Error(ErrorKind::usage, "there is no picture, text or sequence in the folder", folder,
                "a folder with files such as the model was trained on");
}

}  // namespace

void add_picture_form(Options& app, PictureChoice& choice) {
  app.add_option(
         "--size", choice.size,
         "size of the pictures: 32, or 32x48 (height x width) (default: their own; 64 or less if "
         "it differs or is large)")
      ->group(kGroup);
  app.add_option(
         "--resize", choice.resize,
         "crop covers the size and cuts the edges, pad fits the picture in, stretch changes "
         "its proportions, ink centres writing on a dark ground as in MNIST")
      ->capture_default_str()
      ->check(OneOf({"crop", "pad", "stretch", "ink"}))
      ->group(kGroup);
  app.add_option("--channels", choice.channels,
                 "1 for grey, 3 for colours (default: 3 where a picture has colours)")
      ->check(OneOf({"1", "3"}))
      ->group(kGroup);
  app.add_option("--val-folder", choice.val_folder,
                 "of train, val and test folders: add val to train or to test, or leave it out")
      ->capture_default_str()
      ->check(OneOf({"train", "test", "none"}))
      ->group(kGroup);
}

void add_picture_reading(Options& app, PictureChoice& choice) {
  app.add_flag("--skip-broken", choice.skip_broken,
               "list pictures that cannot be read, and leave them out")
      ->group(kGroup);
  app.add_option("--max-pixels", choice.max_pixels, "refuse pictures with more pixels")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1} << 32))
      ->group(kGroup);
}

PictureForm form_asked_for(const PictureChoice& choice) {
  PictureForm form{.channels = choice.channels, .resize = parse_resize(choice.resize)};
  parse_size(choice.size, form);
  return form;
}

PictureForm form_of(const std::vector<std::size_t>& shape, Resize resize) {
  const std::size_t rank = shape.size(), values = Shape{shape}.size();
  PictureForm form{.channels = 1, .resize = resize};
  if (rank == 1) {
    form.height = form.width =
        static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(values))));
  } else if (rank == 2 || rank == 3) {
    form.height = shape[0], form.width = shape[1];
    if (rank == 3) form.channels = shape[2];
  }
  if (form.height * form.width * form.channels != values || values > ImageOptions{}.max_pixels ||
      (form.channels != 1 && form.channels != 3) || (form.channels == 3 && resize == Resize::ink))
    throw Error(ErrorKind::model,
                fmt::format("examples of {} are no pictures", Shape{shape}.to_string()), {},
                "a model whose input is height x width, or height x width x 3");
  return form;
}

PictureForm form_of(const Model& model) {
  const Preprocessing& preprocessing = model.preprocessing();
  return form_of(
      preprocessing.image.empty() ? model.network().input_shape().sizes : preprocessing.image,
      preprocessing.resize);
}

bool is_picture_folder(const std::string& data) { return is_image_folder(data); }

void tell_own_folder(const std::string& data, const std::string& data_dir) {
  if (is_own_folder(data, data_folder(data_dir)))
    print_folded(stderr, "'{0}' is read from the folder ./{0}; Lithe's own is lithe:{0}\n", data);
}

ImageFolder load_pictures(const std::string& folder, const std::string& data_dir,
                          const PictureChoice& choice, const PictureForm& form,
                          const PictureUse& use) {
  ProgressBar bar;
  ImageOptions options{.height = form.height,
                       .width = form.width,
                       .resize = form.resize,
                       .channels = form.channels,
                       .skip_broken = choice.skip_broken,
                       .max_pixels = choice.max_pixels,
                       .test_share = use.test_share,
                       .validation = parse_validation_folder(choice.val_folder),
                       .for_training = use.for_training};
  options.progress = [&bar](std::size_t done, std::size_t total) {
    bar.draw("reading pictures", static_cast<double>(done) / static_cast<double>(total));
    return !interrupted();
  };
  catch_interrupt();
  ImageFolder loaded = load_image_folder(folder, options, data_folder(data_dir));
  release_interrupt();
  bar.clear();
  if (use.lists_skipped) list_skipped(loaded.skipped);
  return loaded;
}

Image read_picture(const std::string& path, const PictureForm& form, std::uint64_t max_pixels) {
  return resize(read_image(path, form.channels, max_pixels), form.height, form.width, form.resize);
}

std::vector<std::string> expand_inputs(const std::vector<std::string>& inputs) {
  std::vector<std::string> files;
  for (const std::string& input : inputs) {
    std::error_code missing;
    const bool pattern = input.find_first_of("*?[") != std::string::npos;
    if (std::filesystem::is_directory(input, missing) && !is_table_path(input))
      add_folder(input, files);
    else if (pattern && !std::filesystem::exists(input, missing))
      std::ranges::copy(files_like(input), std::back_inserter(files));
    else
      files.push_back(input);
  }
  return files;
}

}  // namespace lithe::app
