// The size and the channels of a folder of pictures for which nobody says them.
#include "data/pictures/choose_form.h"

#include <gtest/gtest.h>

#include "data/pictures/pets_sample.h"

namespace lithe::data {
namespace {

using namespace test;

using Forms = std::vector<ImageForm>;

TEST(ChooseForm, OneSizeThatIsNotLargeStays) {
  const ChosenForm chosen = choose_form(Forms(3, {128, 128, 1}), {});
  EXPECT_EQ(chosen.form, (ImageForm{128, 128, 1}));
  EXPECT_TRUE(notes_of(chosen).empty());
}

TEST(ChooseForm, LargePicturesKeepTheirProportions) {
  EXPECT_EQ(choose_form(Forms(3, {3024, 4032, 3}), {}).form, (ImageForm{48, 64, 3}));
  EXPECT_EQ(choose_form(Forms(3, {4032, 3024, 3}), {}).form, (ImageForm{64, 48, 3}));
  EXPECT_EQ(choose_form(Forms(3, {1, 70'000, 1}), {}).form, (ImageForm{1, 64, 1}));
  EXPECT_NE(notes_of(choose_form(Forms(3, {3024, 4032, 3}), {})).at(0).text.find("48 x 64"),
            std::string::npos);
}

TEST(ChooseForm, SeveralSizesBecomeASquare) {
  EXPECT_EQ(choose_form(Forms{{3024, 4032, 3}, {4032, 3024, 3}}, {}).form, (ImageForm{64, 64, 3}));
  // The side that half of them reach: one tiny picture does not decide.
  EXPECT_EQ(choose_form(Forms{{5, 9, 1}, {40, 30, 1}, {30, 60, 1}}, {}).form,
            (ImageForm{30, 30, 1}));
}

TEST(ChooseForm, ColoursWhereOnePictureHasThem) {
  const ChosenForm chosen = choose_form(Forms{{8, 8, 1}, {8, 8, 3}}, {});
  EXPECT_EQ(chosen.form, (ImageForm{8, 8, 3}));
  EXPECT_TRUE(chosen.mixed);
  EXPECT_NE(notes_of(chosen).at(0).remedy.find("--channels 1"), std::string::npos);
}

TEST(ChooseForm, WhatIsAskedForIsTaken) {
  const Forms mixed = {{8, 8, 1}, {9, 8, 3}};
  EXPECT_EQ(choose_form(mixed, {.height = 5, .width = 6, .channels = 1}).form,
            (ImageForm{5, 6, 1}));
  EXPECT_EQ(choose_form(mixed, {.height = 5, .width = 6}).form, (ImageForm{5, 6, 3}));
  EXPECT_EQ(choose_form({}, {}).form, ImageForm{});
}

TEST(ChooseForm, ReasonsSurviveTheCache) {
  for (const ChosenForm::Size size :
       {ChosenForm::Size::own, ChosenForm::Size::differ, ChosenForm::Size::large})
    for (const bool mixed : {false, true}) {
      const ChosenForm chosen{{1, 2, 3}, size, mixed},
          back = ChosenForm::from({1, 2, 3}, chosen.reasons());
      EXPECT_EQ(back.size, size);
      EXPECT_EQ(back.mixed, mixed);
    }
}

using ChooseFormTest = PetsTest;

TEST_F(ChooseFormTest, AFolderOfDifferentPicturesIsRead) {
  write_pets(3);
  write("cat/wide.png", grey_png(6, 9, 50));
  write("dog/red.png", colour_png(5, 5, 60));
  for (const bool from_cache : {false, true}) {
    const ImageFolder folder = load({.test_share = 0});
    EXPECT_EQ(folder.from_cache, from_cache);
    EXPECT_EQ(folder.data.shape, (std::vector<std::size_t>{4, 4, 3}));
    EXPECT_TRUE(mentions(folder, "different sizes: all are brought to 4 x 4 (--size"));
    EXPECT_TRUE(mentions(folder, "some pictures are grey"));
  }
}

TEST_F(ChooseFormTest, LargePicturesAreMadeSmall) {
  write("cat/0.png", grey_png(200, 400, 50));
  write("dog/0.png", grey_png(200, 400, 150));
  const ImageFolder folder = load({.test_share = 0});
  EXPECT_EQ(folder.data.shape, (std::vector<std::size_t>{32, 64}));
  EXPECT_EQ(levels(folder.data.train), (std::vector<int>{50, 150}));
  EXPECT_TRUE(mentions(folder, "are large: all are brought to 32 x 64"));
}

}  // namespace
}  // namespace lithe::data
