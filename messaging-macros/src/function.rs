//! The rules of async functions that are handlers, whatever macro stands on them.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Error, FnArg, GenericParam, ReturnType, Safety, Signature, Token, Type, Visibility,
    parse_quote_spanned,
};

use crate::keys::Keys;
use crate::mistakes::Mistakes;

/// The most arguments that a handler takes.
pub(crate) const MOST_ARGUMENTS: usize = 16;

/// How the rules speak of a handler.
#[derive(Clone, Copy)]
pub(crate) struct Wording {
    /// What it is, such as "a worker".
    pub(crate) noun: &'static str,
    /// What its first argument may look like.
    pub(crate) payload: &'static str,
    /// What registers it by hand.
    pub(crate) by_hand: &'static str,
    /// What to do instead of annotating a method.
    pub(crate) no_method: &'static str,
    /// What to say where there is no function.
    pub(crate) misplaced: &'static str,
    /// What to say where there is an `impl`.
    pub(crate) on_impl: &'static str,
}

/// What the user wrote: the attribute's keys, and the function it stands on.
pub(crate) struct Written {
    pub(crate) keys: Keys,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) mistakes: Mistakes,
}

/// What the macros need of a function.
pub(crate) struct Shape {
    pub(crate) input: Type,
    pub(crate) extractors: Vec<Type>,
    pub(crate) outcome: Type,
}

impl Wording {
    /// The function together with its keys, and with the mistakes that were found in them.
    ///
    /// # Errors
    /// Those mistakes and that the item is no function.
    pub(crate) fn written(&self, keys: Keys, mistakes: Mistakes, item: TokenStream) -> syn::Result<Written> {
        match self.parse(item) {
            Ok((attributes, signature)) => Ok(Written {
                keys,
                attributes,
                signature,
                mistakes,
            }),
            Err(error) => Err(mistakes.and(error)),
        }
    }

    /// The function behind the attributes. Its body is not read: what is wrong in it is the compiler's to say.
    fn parse(&self, item: TokenStream) -> syn::Result<(Vec<Attribute>, Signature)> {
        let function = |input: ParseStream<'_>| {
            let attributes = input.call(Attribute::parse_outer)?;
            input.parse::<Visibility>()?;
            let start = input.span();
            let on_impl = input.peek(Token![impl]) || input.peek(Token![unsafe]) && input.peek2(Token![impl]);
            let misplaced = if on_impl { self.on_impl } else { self.misplaced };
            let signature = input.parse::<Signature>();
            let signature = signature.map_err(|_| Error::new(start, misplaced))?;
            input.parse::<TokenStream>()?;
            Ok((attributes, signature))
        };
        function.parse2(item)
    }

    /// The rules of a free function, but for its arguments.
    pub(crate) fn check_free(&self, signature: &Signature, mistakes: &mut Mistakes) {
        self.check_qualifiers(signature, mistakes);
        self.check_generics(signature, mistakes);
        self.check_no_method(signature, mistakes);
        self.check_outcome(signature, mistakes);
    }

    /// The same rules of a method.
    pub(crate) fn check_method(&self, signature: &Signature, mistakes: &mut Mistakes) {
        self.check_qualifiers(signature, mistakes);
        self.check_generics(signature, mistakes);
        self.check_outcome(signature, mistakes);
    }

    /// The rules of arguments; `None` without any, which is a mistake.
    pub(crate) fn shape(&self, signature: &Signature, most: usize, mistakes: &mut Mistakes) -> Option<Shape> {
        let mut arguments = self.check_arguments(signature, most, mistakes).into_iter();
        Some(Shape {
            input: arguments.next()?,
            extractors: arguments.collect(),
            outcome: outcome(signature),
        })
    }

    fn check_qualifiers(&self, signature: &Signature, mistakes: &mut Mistakes) {
        let noun = self.noun;
        if signature.asyncness.is_none() {
            mistakes.at(
                signature.fn_token,
                format!(
                    "{noun} is asynchronous: write `async fn`, and put what blocks its thread into `tokio::task::spawn_blocking`"
                ),
            );
        }
        if let Some(constness) = &signature.constness {
            mistakes.at(constness, format!("{noun} cannot be `const`: remove it"));
        }
        if let Safety::Unsafe(unsafety) = &signature.safety {
            let message =
                format!("{noun} cannot be `unsafe`: remove it and keep the unsafe block inside the function");
            mistakes.at(unsafety, message);
        }
        if let Some(abi) = &signature.abi {
            mistakes.at(abi, format!("{noun} cannot be `extern`: remove it"));
        }
        if let Some(variadic) = &signature.variadic {
            mistakes.at(
                variadic,
                format!("{noun} cannot be variadic: write each argument"),
            );
        }
    }

    fn check_generics(&self, signature: &Signature, mistakes: &mut Mistakes) {
        let Wording { noun, by_hand, .. } = self;
        for parameter in &signature.generics.params {
            let message = match parameter {
                GenericParam::Lifetime(_) => format!("{noun} cannot have lifetimes: take arguments by value"),
                _ => format!(
                    "{noun} cannot be generic: write one function for each type, or register each with `{by_hand}`"
                ),
            };
            mistakes.at(parameter, message);
        }
    }

    /// Only what is in the function shows whether it is a method; what is around it, a macro cannot see.
    fn check_no_method(&self, signature: &Signature, mistakes: &mut Mistakes) {
        if let Some(receiver) = signature.receiver() {
            mistakes.at(receiver, self.no_method);
        } else if let Some(self_type) = find(signature.to_token_stream(), "Self") {
            mistakes.add(Error::new(self_type, self.no_method));
        }
    }

    fn check_outcome(&self, signature: &Signature, mistakes: &mut Mistakes) {
        let ReturnType::Type(_, outcome) = &signature.output else {
            return;
        };
        if find(outcome.to_token_stream(), "impl").is_some() {
            let message = format!("{} cannot return `impl Trait`: write the type itself", self.noun);
            mistakes.at(outcome, message);
        }
    }

    fn check_arguments(&self, signature: &Signature, most: usize, mistakes: &mut Mistakes) -> Vec<Type> {
        let Wording { noun, payload, .. } = self;
        let typed = signature.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(ungrouped(&argument.ty).clone()),
            FnArg::Receiver(_) => None,
        });
        let typed: Vec<Type> = typed.collect();
        if typed.is_empty() {
            let message =
                format!("{noun} needs a payload: add it as the first argument, such as `{payload}`");
            mistakes.at(&signature.ident, message);
        }
        if let Some(over) = signature.inputs.iter().filter(is_typed).nth(most) {
            let message = format!(
                "{noun} takes at most {most} arguments: group extractors in a type that implements `FromDelivery`"
            );
            mistakes.at(over, message);
        }
        typed
            .iter()
            .for_each(|argument| self.check_argument(argument, mistakes));
        typed
    }

    fn check_argument(&self, argument: &Type, mistakes: &mut Mistakes) {
        let noun = self.noun;
        if let Type::Reference(reference) = argument {
            let owned = &reference.elem.to_token_stream().to_string();
            let message = format!("{noun} owns its arguments: take `{owned}` by value, without `&`");
            mistakes.at(argument, message);
        }
        if find(argument.to_token_stream(), "impl").is_some() {
            let message = format!("{noun} cannot take `impl Trait`: write the type itself");
            mistakes.at(argument, message);
        }
    }
}

fn is_typed(argument: &&FnArg) -> bool {
    matches!(argument, FnArg::Typed(_))
}

fn outcome(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote_spanned!(signature.ident.span()=> ()),
        ReturnType::Type(_, outcome) => (**outcome).clone(),
    }
}

/// The type itself, without the invisible group that a `macro_rules` puts around it.
fn ungrouped(argument: &Type) -> &Type {
    match argument {
        Type::Group(group) => ungrouped(&group.elem),
        plain => plain,
    }
}

/// Where `word` first stands in `tokens`.
fn find(tokens: TokenStream, word: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == word => Some(ident.span()),
        TokenTree::Group(group) => find(group.stream(), word),
        _ => None,
    })
}
