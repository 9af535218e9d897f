import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { TagsInput } from "./tags-input";

type FormProps = { first: string[]; onSave: (tags: string[]) => void };

function Form({ first, onSave }: FormProps) {
  const [tags, setTags] = useState(first);
  return (
    <>
      <TagsInput label="Tags" value={tags} onChange={setTags} />
      <button type="button" onClick={() => onSave(tags)}>
        Save
      </button>
      <button type="button" onClick={() => setTags(first)}>
        Discard
      </button>
    </>
  );
}

function open(first: string[]) {
  const saved = vi.fn<(tags: string[]) => void>();
  render(<Form first={first} onSave={saved} />);
  return { saved, user: userEvent.setup() };
}

const box = () => screen.getByLabelText<HTMLInputElement>("Tags");
const taken = () =>
  screen.queryAllByRole("button", { name: /^Take away/ }).map((button) => button.getAttribute("aria-label"));

it("counts what stands in the box, and moves nothing as one leaves it", async () => {
  const { saved, user } = open(["vip"]);
  await user.type(box(), "tea");
  await user.tab();
  expect(taken()).toEqual(["Take away vip"]);
  expect(box().value).toBe("tea");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenCalledWith(["vip", "tea"]);
});

it("takes several at once that are pasted, and each once", async () => {
  const { saved, user } = open(["vip"]);
  await user.click(box());
  await user.paste("tea, mug,vip, tea");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenCalledWith(["vip", "tea", "mug"]);
  await user.type(box(), "{Enter}");
  expect(taken()).toEqual(["Take away vip", "Take away tea", "Take away mug"]);
  expect(box().value).toBe("");
});

it("keeps a tag that is typed once more and taken back", async () => {
  const { saved, user } = open(["vip"]);
  await user.type(box(), "vips");
  await user.type(box(), "{Backspace}{Backspace}");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenCalledWith(["vip", "vi"]);
  await user.clear(box());
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenLastCalledWith(["vip"]);
});

it("is empty once the form begins anew", async () => {
  const { user } = open(["vip"]);
  await user.type(box(), "tea");
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(box().value).toBe("");
  expect(taken()).toEqual(["Take away vip"]);
});
