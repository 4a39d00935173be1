// Folders of pictures and single ones, brought to the form that a training or a model asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lithe/image.h"
#include "lithe/images.h"
#include "lithe/model.h"
#include "parse.h"

namespace lithe::app {

// As it is written.
struct PictureChoice {
  std::string size, resize = "crop", val_folder = "train";
  std::size_t channels = 0;
  bool skip_broken = false;
  std::uint64_t max_pixels = ImageOptions{}.max_pixels;
};

// --size, --resize, --channels, --val-folder: for commands that no model tells them.
void add_picture_form(Options& app, PictureChoice& choice);
// --skip-broken, --max-pixels.
void add_picture_reading(Options& app, PictureChoice& choice);

// What every picture is brought to.
struct PictureForm {
  std::size_t height = 0, width = 0, channels = 0;  // 0: as the pictures are
  Resize resize = Resize::crop;
};

// Throws Error(usage).
PictureForm form_asked_for(const PictureChoice& choice);
// Of examples of that shape; a row of values may be a square grey image. Throws Error(model) where
// they are no images.
PictureForm form_of(const std::vector<std::size_t>& shape, Resize resize);
// Of the examples that a model takes.
PictureForm form_of(const Model& model);

// Whether --data names a folder of pictures. It goes before a data set of the same name.
bool is_picture_folder(const std::string& data);
// Says so on standard error.
void tell_own_folder(const std::string& data, const std::string& data_dir);

struct PictureUse {
  double test_share = 0.2;    // where no folder sets it apart
  bool for_training = true;   // see ImageOptions
  bool lists_skipped = true;  // false where describe() does
};

// Draws its progress on a terminal, where Ctrl-C ends it, and lists on standard error pictures that
// are left out because they are broken, where `use` says so.
ImageFolder load_pictures(const std::string& folder, const std::string& data_dir,
                          const PictureChoice& choice, const PictureForm& form,
                          const PictureUse& use);

Image read_picture(const std::string& path, const PictureForm& form, std::uint64_t max_pixels);

// Each folder replaced by the pictures in it, and each pattern ("new/*.jpg") that is no file itself
// by the files that fit it, in order. What folders hold besides is counted on standard error.
// Throws Error(usage) where there is nothing.
std::vector<std::string> expand_inputs(const std::vector<std::string>& inputs);

}  // namespace lithe::app
